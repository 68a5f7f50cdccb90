//! A connection to the throwaway server that `benches/peers/postgis` starts.

use anyhow::Context;
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Row, Statement};
use std::io::Write;

/// One session; a session keeps its own planner settings.
pub struct Postgis {
    client: Client,
}

impl Postgis {
    /// A session with the server named by PGHOST, PGUSER and PGDATABASE.
    ///
    /// # Errors
    /// When one of them is not set or the server does not answer.
    pub fn connect() -> anyhow::Result<Self> {
        let var = |name| std::env::var(name).with_context(|| format!("{name}: run by benches/peers/postgis"));
        let mut config = Config::new();
        config.host(&var("PGHOST")?).user(&var("PGUSER")?).dbname(&var("PGDATABASE")?);
        Ok(Postgis { client: config.connect(NoTls)? })
    }

    /// Runs statements that answer nothing.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn run(&mut self, sql: &str) -> anyhow::Result<()> {
        self.client.batch_execute(sql).with_context(|| sql.to_owned())
    }

    /// Fills a table with tab-separated lines.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn fill(&mut self, table: &str, lines: impl Iterator<Item = String>) -> anyhow::Result<()> {
        let mut into = self.client.copy_in(&format!("COPY {table} FROM STDIN"))?;
        for line in lines {
            into.write_all(line.as_bytes())?;
            into.write_all(b"\n")?;
        }
        into.finish()?;
        Ok(())
    }

    /// Prepares a question.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn prepare(&mut self, sql: &str) -> anyhow::Result<Statement> {
        self.client.prepare(sql).with_context(|| sql.to_owned())
    }

    /// Asks a prepared question.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn ask(&mut self, question: &Statement, with: &[&(dyn ToSql + Sync)]) -> anyhow::Result<Vec<Row>> {
        Ok(self.client.query(question, with)?)
    }

    /// Asks a question once.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn rows(&mut self, sql: &str) -> anyhow::Result<Vec<Row>> {
        self.client.query(sql, &[]).with_context(|| sql.to_owned())
    }

    /// Asks for one text.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn text(&mut self, sql: &str) -> anyhow::Result<String> {
        let row = self.client.query_one(sql, &[]).with_context(|| sql.to_owned())?;
        Ok(row.try_get(0)?)
    }

    /// Asks for one number.
    ///
    /// # Errors
    /// What the server refuses.
    pub fn number(&mut self, sql: &str) -> anyhow::Result<i64> {
        let row = self.client.query_one(sql, &[]).with_context(|| sql.to_owned())?;
        Ok(row.try_get(0)?)
    }
}
