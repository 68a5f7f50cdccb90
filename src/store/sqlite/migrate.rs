//! The forms of the file: numbered, forward only; what is missing is applied in one transaction.

use super::fault::Step;
use super::{contents, seal};
use rusqlite::{Connection, OptionalExtension, Transaction};

/// One step from a form of the file to the next.
pub(super) struct Migration {
    /// The form that it makes.
    pub(super) number: u32,
    /// Its statements.
    pub(super) sql: &'static str,
    /// What SQL alone cannot do.
    pub(super) then: fn(&Connection) -> Step<()>,
}

/// Nothing beyond the statements.
#[expect(clippy::unnecessary_wraps, reason = "it stands where other steps can fail")]
pub(super) fn nothing(_: &Connection) -> Step<()> {
    Ok(())
}

/// All migrations; numbers count from 1 without gaps.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, sql: include_str!("../../../schemas/sqlite/0001_init.sql"), then: nothing },
    Migration { number: 2, sql: include_str!("../../../schemas/sqlite/0002_things.sql"), then: nothing },
    Migration { number: 3, sql: include_str!("../../../schemas/sqlite/0003_ended.sql"), then: nothing },
    Migration {
        number: 4,
        sql: include_str!("../../../schemas/sqlite/0004_seals.sql"),
        then: seal::seal_all,
    },
    Migration { number: 5, sql: include_str!("../../../schemas/sqlite/0005_duty.sql"), then: nothing },
    Migration {
        number: 6,
        sql: include_str!("../../../schemas/sqlite/0006_schedule.sql"),
        then: contents::count_all,
    },
];

/// The newest form that `migrations` know.
pub(super) fn known(migrations: &[Migration]) -> u32 {
    migrations.last().map_or(0, |last| last.number)
}

/// The form of an open file; `None` when it is no city of ours.
pub(super) fn format(conn: &Connection) -> Step<Option<u32>> {
    let ours: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'wanmi_meta'", [], |row| row.get(0))?;
    if ours == 0 {
        return Ok(None);
    }
    Ok(conn.query_row("SELECT format FROM wanmi_meta", [], |row| row.get(0)).optional()?)
}

/// Brings a file of form `from` to the newest form; 0 is a file without tables.
pub(super) fn apply(tx: &Transaction<'_>, from: u32, migrations: &[Migration]) -> Step<()> {
    for migration in migrations.iter().filter(|migration| migration.number > from) {
        tx.execute_batch(migration.sql)?;
        (migration.then)(tx)?;
        // The first one makes the table; its row is written by whoever makes the city.
        tx.execute("UPDATE wanmi_meta SET format = ?1", [migration.number])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_from_one_and_name_their_file() {
        for (i, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.number as usize, i + 1);
        }
    }

    #[test]
    fn only_what_is_missing_is_applied_and_a_failing_step_leaves_the_file_as_it_was() {
        let list = |last: &'static str| {
            [
                Migration { number: 1, sql: "CREATE TABLE wanmi_meta (format INTEGER)", then: nothing },
                Migration { number: 2, sql: "CREATE TABLE added (x)", then: nothing },
                Migration { number: 3, sql: last, then: nothing },
            ]
        };
        let mut conn = Connection::open_in_memory().unwrap();
        assert_eq!(format(&conn).unwrap(), None);
        let tx = conn.transaction().unwrap();
        apply(&tx, 0, &list("")[..1]).unwrap();
        tx.execute("INSERT INTO wanmi_meta VALUES (1)", []).unwrap();
        tx.commit().unwrap();

        let tx = conn.transaction().unwrap();
        assert!(apply(&tx, 1, &list("NOT SQL")).is_err());
        drop(tx);
        assert_eq!(format(&conn).unwrap(), Some(1));
        assert!(conn.prepare("SELECT x FROM added").is_err());

        let tx = conn.transaction().unwrap();
        apply(&tx, 1, &list("CREATE TABLE third (x)")).unwrap();
        tx.commit().unwrap();
        assert_eq!(format(&conn).unwrap(), Some(3));
    }
}
