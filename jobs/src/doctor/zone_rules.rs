//! The rules of a zone as the system keeps them: a file of RFC 8536.
//!
//! Reads   the transitions of version 2, and the rule for what comes after them
//! Gives   how far clocks are ahead of UTC at an instant

/// Length of a header.
const HEADER: usize = 44;

/// The numbers of a header: of entries of each kind, in the order of the file.
struct Counts {
    utc: usize,
    standard: usize,
    leap: usize,
    times: usize,
    types: usize,
    chars: usize,
}

impl Counts {
    fn read(header: &[u8]) -> Option<Self> {
        if !header.starts_with(b"TZif") {
            return None;
        }
        let number = |i: usize| {
            let bytes = header.get(20 + 4 * i..24 + 4 * i)?;
            usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
        };
        Some(Self {
            utc: number(0)?,
            standard: number(1)?,
            leap: number(2)?,
            times: number(3)?,
            types: number(4)?,
            chars: number(5)?,
        })
    }

    /// How long the data are that follow the header, with times of that many bytes.
    fn length(&self, time: usize) -> usize {
        self.times * (time + 1) + self.types * 6 + self.chars + self.leap * (time + 4) + self.standard + self.utc
    }
}

/// Seconds that clocks are ahead of UTC at an instant, in seconds since 1970; `None` where the file does not tell, or has a rule
/// with daylight saving, which no zone of Indonesia has.
pub(super) fn offset_s(file: &[u8], at_s: i64) -> Option<i32> {
    let second = HEADER + Counts::read(file)?.length(4);
    let counts = Counts::read(file.get(second..)?)?;
    let data = file.get(second + HEADER..)?;
    let time = |i: usize| Some(i64::from_be_bytes(data.get(8 * i..8 * i + 8)?.try_into().ok()?));
    let times = (0..counts.times).map(time).collect::<Option<Vec<i64>>>()?;
    let passed = times.partition_point(|time| *time <= at_s);
    if passed == counts.times {
        return of_rule(data.get(counts.length(8)..)?);
    }
    let kind = match passed.checked_sub(1) {
        Some(last) => usize::from(*data.get(8 * counts.times + last)?),
        None => 0,
    };
    let offset = data.get(9 * counts.times + 6 * kind..)?.get(..4)?;
    Some(i32::from_be_bytes(offset.try_into().ok()?))
}

/// The rule after the last transition: a name and how far UTC is ahead, `WIB-7` or `<+07>-7`.
fn of_rule(footer: &[u8]) -> Option<i32> {
    let rule = std::str::from_utf8(footer).ok()?.trim_matches('\n');
    let offset = match rule.strip_prefix('<') {
        Some(rest) => rest.split_once('>')?.1,
        None => rule.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
    };
    let (sign, digits) = match offset.strip_prefix('-') {
        Some(digits) => (1, digits),
        None => (-1, offset.trim_start_matches('+')),
    };
    let mut parts = digits.split(':').map(|part| part.parse::<i32>().ok());
    let [hours, minutes] = [parts.next()??, parts.next().unwrap_or(Some(0))?];
    Some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with one transition and a rule after it.
    fn file(at_s: i64, before: i32, after: i32, rule: &str) -> Vec<u8> {
        let header = |counts: [u32; 6]| {
            let counts = counts.map(u32::to_be_bytes).concat();
            [b"TZif2".to_vec(), vec![0; 15], counts].concat()
        };
        let kind = |offset: i32| [offset.to_be_bytes().to_vec(), vec![0, 0]].concat();
        let data = [at_s.to_be_bytes().to_vec(), vec![1], kind(before), kind(after), b"X\0".to_vec()].concat();
        [header([0; 6]), header([0, 0, 0, 1, 2, 2]), data, format!("\n{rule}\n").into_bytes()].concat()
    }

    #[test]
    fn transitions_and_the_rule_after_them_are_read() {
        let jakarta = file(-189_415_800, 27_000, 25_200, "WIB-7");
        assert_eq!(offset_s(&jakarta, -189_415_801), Some(27_000));
        assert_eq!(offset_s(&jakarta, 1_800_000_000), Some(25_200));
        let named_by_number = file(0, 0, 25_200, "<+07>-7");
        assert_eq!(offset_s(&named_by_number, 1), Some(25_200));
        assert_eq!(offset_s(&file(0, 0, 0, "<-0330>3:30"), 1), Some(-12_600));
        assert_eq!(offset_s(&file(0, 0, 0, "EST5EDT,M3.2.0,M11.1.0"), 1), None);
        for broken in
            [&b""[..], b"TZif2", b"no zone at all, but long enough to be read as one, were it not for its head"]
        {
            assert_eq!(offset_s(broken, 0), None);
        }
    }
}
