//! Which names a text holds: letter by letter, by their sound, or at least alike.

use super::gazetteer::Gazetteer;
use super::text::{Plain, push_sound, sound};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use std::collections::HashMap;

/// Sounds of a name shorter than this, in letters, are too common to be told apart.
const SOUND_MIN: usize = 5;

/// How alike a word and a name must be, of 1.
const ALIKE_MIN: f64 = 0.5;

/// Names looked at for one word.
const ALIKE_SEEN: usize = 50_000;

/// How a name was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum How {
    /// As it is written.
    Written,
    /// By its sound: in pinyin, or with characters that sound alike.
    Sound,
    /// By being so much alike, of 1.
    Alike(f64),
}

/// A name found in a text, from a character up to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) until: usize,
    /// Its place in [`Gazetteer::names`].
    pub(super) name: usize,
    pub(super) how: How,
}

/// Finds names.
#[derive(Debug)]
pub(super) struct Finder {
    written: Option<AhoCorasick>,
    sounds: Option<AhoCorasick>,
    /// The names of each sound.
    of_sound: Vec<Vec<u32>>,
    /// The names that hold two neighbouring characters.
    pairs: HashMap<[char; 2], Vec<u32>>,
}

impl Finder {
    /// A finder of a gazetteer's names. Cost: a few microseconds a name.
    pub(super) fn of(gazetteer: &Gazetteer) -> Self {
        let names = &gazetteer.names;
        let mut by_sound: HashMap<String, u32> = HashMap::new();
        let (mut of_sound, mut sounds): (Vec<Vec<u32>>, Vec<String>) = (Vec::new(), Vec::new());
        let mut pairs: HashMap<[char; 2], Vec<u32>> = HashMap::new();
        for (number, (name, _)) in (0_u32..).zip(names) {
            for sounded in soundings(name) {
                let known = *by_sound.entry(sounded).or_insert_with_key(|sounded| {
                    sounds.push(sounded.clone());
                    of_sound.push(Vec::new());
                    (of_sound.len() - 1) as u32
                });
                of_sound[known as usize].push(number);
            }
            let chars: Vec<char> = name.chars().collect();
            for pair in chars.windows(2) {
                let of = pairs.entry([pair[0], pair[1]]).or_default();
                if of.last() != Some(&number) {
                    of.push(number);
                }
            }
        }
        let written = automaton(names.iter().map(|(name, _)| name.as_str()));
        Finder { written, sounds: automaton(sounds.iter().map(String::as_str)), of_sound, pairs }
    }

    /// The names in a text that do not overlap, longest first; where a stretch holds none as it is written, those it holds
    /// by sound, and failing that what is alike.
    pub(super) fn find(&self, plain: &Plain, gazetteer: &Gazetteer) -> Vec<Span> {
        let mut spans = chosen(self.written_in(plain), &[]);
        spans.extend(chosen(self.sounding_in(plain), &spans));
        spans.sort_by_key(|span| span.from);
        if spans.is_empty() {
            spans = self.alike_in(plain, gazetteer);
        }
        spans
    }

    fn written_in(&self, plain: &Plain) -> Vec<Span> {
        let Some(written) = &self.written else { return Vec::new() };
        let (text, char_at) = indexed(&plain.chars);
        let found = written.find_overlapping_iter(&text);
        let spans = found.filter_map(|met| {
            let (from, until) = (char_at[met.start()]?, char_at[met.end()]?);
            Some(Span { from, until, name: met.pattern().as_usize(), how: How::Written })
        });
        spans.collect()
    }

    fn sounding_in(&self, plain: &Plain) -> Vec<Span> {
        let Some(sounds) = &self.sounds else { return Vec::new() };
        // `edge[b]` is the character that begins at byte `b` of the sounded text, where a word may begin or end.
        let (mut text, mut edge) = (String::new(), Vec::new());
        for (number, c) in plain.chars.iter().enumerate() {
            edge.resize(text.len(), None);
            edge.push((plain.begins[number] || is_after_word(plain, number)).then_some(number));
            match sound(*c) {
                Some(sound) => push_sound(&mut text, sound),
                None => text.push(*c),
            }
        }
        edge.resize(text.len(), None);
        edge.push(Some(plain.chars.len()));
        let is_spaced =
            plain.chars.iter().zip(&plain.begins).any(|(c, begins)| c.is_ascii_alphabetic() && !begins);
        let at = |byte: usize| edge.get(byte).copied().flatten();
        let met = sounds.find_overlapping_iter(&text);
        let spans = met.flat_map(|met| {
            let (from, until) = match (at(met.start()), at(met.end())) {
                (Some(from), Some(until)) => (Some(from), Some(until)),
                // Letters without blanks: a word may begin anywhere among them.
                _ if is_spaced => (letter_at(plain, &text, met.start()), letter_at(plain, &text, met.end())),
                _ => (None, None),
            };
            let names = self.of_sound[met.pattern().as_usize()].iter();
            let named = from.zip(until).filter(|(from, until)| from < until);
            names.filter_map(move |name| {
                named.map(|(from, until)| Span { from, until, name: *name as usize, how: How::Sound })
            })
        });
        spans.collect()
    }

    /// The names most like the words of a text, those of the most alike word.
    fn alike_in(&self, plain: &Plain, gazetteer: &Gazetteer) -> Vec<Span> {
        let mut best: Vec<Span> = Vec::new();
        let mut most = ALIKE_MIN;
        for (from, until) in words(&plain.chars) {
            let word = &plain.chars[from..until];
            let mut shared: HashMap<u32, u32> = HashMap::new();
            for pair in word.windows(2) {
                let names = self.pairs.get(&[pair[0], pair[1]]).map_or(&[][..], Vec::as_slice);
                for name in names.iter().take(ALIKE_SEEN) {
                    *shared.entry(*name).or_default() += 1;
                }
            }
            // Dice's measure needs a quarter of the word's own pairs; most names share a single one.
            let needed = word.len().saturating_sub(1).div_ceil(4) as u32;
            for (name, shared) in shared.into_iter().filter(|(_, shared)| *shared >= needed) {
                let likeness = likeness(word, &gazetteer.names[name as usize].0, shared);
                let span = Span { from, until, name: name as usize, how: How::Alike(likeness) };
                if likeness > most {
                    (most, best) = (likeness, vec![span]);
                } else if likeness.total_cmp(&most).is_eq() {
                    best.push(span);
                }
            }
        }
        best.sort_by_key(|span| span.name);
        best
    }
}

/// How alike a word and a name are that share so many pairs of characters: Dice's measure, or better when the word begins
/// the name (万达 for 万达广场).
fn likeness(word: &[char], name: &str, shared: u32) -> f64 {
    let of_name = name.chars().count().saturating_sub(1).max(1);
    let of_word = word.len().saturating_sub(1).max(1);
    let dice = 2.0 * f64::from(shared) / (of_name + of_word) as f64;
    let begins = name.chars().zip(word).take_while(|(a, b)| a == *b).count() == word.len();
    if begins { dice.max(0.8) } else { dice }
}

/// An automaton that finds all of some texts; `None` when there are none.
fn automaton<'a>(texts: impl Iterator<Item = &'a str>) -> Option<AhoCorasick> {
    let mut texts = texts.peekable();
    texts.peek()?;
    AhoCorasickBuilder::new().match_kind(MatchKind::Standard).build(texts).ok()
}

/// The text of some characters, and which character begins at each of its bytes.
fn indexed(chars: &[char]) -> (String, Vec<Option<usize>>) {
    let (mut text, mut char_at) = (String::new(), Vec::new());
    for (number, c) in chars.iter().enumerate() {
        text.push(*c);
        char_at.push(Some(number));
        char_at.resize(text.len(), None);
    }
    char_at.push(Some(chars.len()));
    (text, char_at)
}

/// The spans that stand when longer ones go first, then earlier ones, and none overlaps another or one of `taken`; a stretch
/// keeps all names that it has.
fn chosen(mut spans: Vec<Span>, taken: &[Span]) -> Vec<Span> {
    spans.sort_by_key(|span| (usize::MAX - (span.until - span.from), span.from, span.name));
    let mut kept: Vec<Span> = Vec::new();
    for span in spans {
        let clashes = |other: &Span| {
            let is_same = (other.from, other.until) == (span.from, span.until) && other.how == span.how;
            span.from < other.until && other.from < span.until && !is_same
        };
        if !kept.iter().any(clashes) && !taken.iter().any(clashes) {
            kept.push(span);
        }
    }
    kept.dedup();
    kept
}

/// Whether a word may begin here because a letter or a digit ended one.
fn is_after_word(plain: &Plain, number: usize) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic();
    number > 0 && is_letter(plain.chars[number - 1]) != is_letter(plain.chars[number])
}

/// The character at a byte of a sounded text that consists of letters only up to there.
fn letter_at(plain: &Plain, text: &str, byte: usize) -> Option<usize> {
    (plain.chars.len() == text.len()).then_some(byte)
}

/// The sounds that a name may be asked by: each character's first reading, then one other reading at a time.
fn soundings(name: &str) -> Vec<String> {
    use pinyin::ToPinyinMulti;
    let mut plain = String::new();
    let mut others: Vec<String> = Vec::new();
    let chars: Vec<char> = name.chars().collect();
    if !chars.iter().any(|c| sound(*c).is_some()) {
        return Vec::new();
    }
    let spelt = |other: Option<(usize, &str)>| {
        let mut text = String::new();
        for (number, c) in chars.iter().enumerate() {
            match (other, sound(*c)) {
                (Some((at, sound)), _) if at == number => push_sound(&mut text, sound),
                (_, Some(sound)) => push_sound(&mut text, sound),
                (_, None) => text.push(*c),
            }
        }
        text
    };
    plain.push_str(&spelt(None));
    for (number, c) in chars.iter().enumerate() {
        let Some(readings) = c.to_pinyin_multi() else { continue };
        for reading in readings.into_iter().skip(1).take(3) {
            let text = spelt(Some((number, reading.plain())));
            if text != plain && !others.contains(&text) && others.len() < 6 {
                others.push(text);
            }
        }
    }
    let long = |text: &String| text.len() >= SOUND_MIN;
    std::iter::once(plain).chain(others).filter(long).collect()
}

/// Words that tell nothing of a place, longest first.
const NOISE: &[&str] = &[
    "人行道上",
    "十字路口",
    "丁字路口",
    "交叉路口",
    "交叉口",
    "居民楼",
    "人行道",
    "小区里",
    "反映",
    "附近",
    "旁边",
    "对面",
    "门口",
    "门前",
    "路边",
    "路旁",
    "路上",
    "路口",
    "靠近",
    "位于",
    "地址",
    "那里",
    "这里",
    "一个",
    "一处",
    "井盖",
    "垃圾",
    "左右",
    "东侧",
    "西侧",
    "南侧",
    "北侧",
    "东边",
    "西边",
    "南边",
    "北边",
    "楼下",
    "后面",
    "前面",
    "里面",
    "有",
    "的",
    "在",
    "处",
    "旁",
    "请",
];

/// The stretches of a text between words that tell nothing, at least two characters each.
fn words(chars: &[char]) -> Vec<(usize, usize)> {
    let (mut found, mut from, mut i) = (Vec::new(), 0, 0);
    while i < chars.len() {
        let noise =
            NOISE.iter().find(|word| word.chars().eq(chars[i..].iter().copied().take(word.chars().count())));
        if let Some(noise) = noise {
            found.push((from, i));
            i += noise.chars().count();
            from = i;
        } else {
            i += 1;
        }
    }
    found.push((from, chars.len()));
    found.retain(|(from, until)| until - from >= 2);
    found
}
