//! Names with `*` and `?`, as mappings write the layers they are for.

/// A pattern of names: `*` stands for any characters, `?` for one; letters of both cases are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(Vec<char>);

impl Glob {
    /// The pattern as it is written.
    pub fn new(pattern: &str) -> Self {
        Glob(pattern.to_lowercase().chars().collect())
    }

    /// Whether the whole name is of the pattern. Cost: at most pattern times name.
    pub fn is(&self, name: &str) -> bool {
        let name: Vec<char> = name.to_lowercase().chars().collect();
        let (mut at, mut seen) = (0, 0);
        // Where the last star stands, and how much of the name it has taken.
        let mut star: Option<(usize, usize)> = None;
        while seen < name.len() {
            match self.0.get(at) {
                Some('*') => {
                    star = Some((at, seen));
                    at += 1;
                }
                Some(wanted) if *wanted == '?' || *wanted == name[seen] => {
                    at += 1;
                    seen += 1;
                }
                _ => {
                    let Some((star_at, taken)) = star else { return false };
                    star = Some((star_at, taken + 1));
                    (at, seen) = (star_at + 1, taken + 1);
                }
            }
        }
        self.0[at..].iter().all(|rest| *rest == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stupid twin.
    fn is(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => is(rest, name) || (!name.is_empty() && is(pattern, &name[1..])),
            (Some((one, rest)), Some((first, others))) => (*one == '?' || one == first) && is(rest, others),
            _ => false,
        }
    }

    #[test]
    fn stars_and_question_marks_are_as_their_stupid_twin_reads_them() {
        let mut texts = vec![String::new()];
        for length in 0..4 {
            let longer: Vec<String> = texts
                .iter()
                .filter(|text| text.len() == length)
                .flat_map(|text| ['a', 'b', '*', '?'].map(|c| format!("{text}{c}")))
                .collect();
            texts.extend(longer);
        }
        for pattern in &texts {
            for name in texts.iter().filter(|name| !name.contains(['*', '?'])) {
                let (chars, letters): (Vec<char>, Vec<char>) =
                    (pattern.chars().collect(), name.chars().collect());
                assert_eq!(Glob::new(pattern).is(name), is(&chars, &letters), "{pattern} {name}");
            }
        }
        assert!(Glob::new("bj*").is("BJ0101") && Glob::new("部件_*_公厕??牌").is("部件_宝安_公厕指示牌"));
    }
}
