//! Spaces, ends of lines and comments put anywhere into the repository's bodies: what comes out is stable, and means the same.

use einstan_fmt::difference;
use proc_macro2::{Spacing, TokenStream, TokenTree};
use std::path::Path;

/// A congruential sequence.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }
}

/// The places of all tokens, and whether each belongs to the one before it.
fn places(stream: TokenStream, found: &mut Vec<(usize, usize, bool)>) {
    let mut joined = false;
    for tree in stream {
        let bytes = tree.span().byte_range();
        match tree {
            TokenTree::Group(group) => {
                let [open, close] = [group.span_open(), group.span_close()].map(|s| s.byte_range());
                found.push((open.start, open.end, false));
                places(group.stream(), found);
                found.push((close.start, close.end, false));
                joined = false;
            }
            TokenTree::Punct(punct) => {
                found.push((bytes.start, bytes.end, joined));
                joined = punct.spacing() == Spacing::Joint;
            }
            _ => {
                found.push((bytes.start, bytes.end, joined));
                joined = false;
            }
        }
    }
}

/// The text with other gaps: none where there was none, else any.
fn damaged(text: &str, random: &mut Random) -> Option<String> {
    let lines = random.below(2) > 0; // else most lines are joined, and so too long
    const GAPS: &[&str] = &[
        " ",
        " ",
        " ",
        "   ",
        "\n",
        "\n      ",
        "\n\n\n  ",
        " /* a */ ",
        "/* a\n  b */",
        " // é\n",
        "\n // b\n   // c\n",
    ];
    let mut found = Vec::new();
    places(text.parse().ok()?, &mut found);
    let mut out = String::new();
    let mut end = 0;
    let mut documentation = false;
    for (start, stop, joined) in found {
        if start < end {
            continue; // tokens of one comment of documentation
        }
        let gap = &text[end..start];
        let comment =
            gap.contains('/') || text[..end].ends_with('/') || text[start..].starts_with('/');
        out += match () {
            () if !lines && !comment && gap.contains('\n') && !documentation => {
                match random.below(10) {
                    0 => gap,
                    _ => " ",
                }
            }
            () if joined || comment || random.below(8) > 0 => gap,
            () if text[start..].starts_with("///") => "\n",
            () => GAPS[random.below(GAPS.len())],
        };
        out += &text[start..stop];
        documentation = text[start..].starts_with("//");
        end = stop;
    }
    Some(out + &text[end..])
}

#[test]
fn what_is_formatted_stays_and_means_the_same() {
    let mut random = Random(1);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let seeds = std::env::var("EINSTAN_CASES").map_or(2, |n| n.parse().expect("a number"));
    let mut count = 0;
    for folder in ["src", "examples", "benches", "tests"] {
        for path in einstan_fmt::files::below(&root.join(folder)).expect("a folder") {
            let text = std::fs::read_to_string(&path).expect("a file");
            if !text.contains("einstan!") || path.components().any(|c| c.as_os_str() == "ui") {
                continue;
            }
            for _ in 0..seeds {
                let Some(source) = damaged(&text, &mut random) else {
                    continue;
                };
                let once = einstan_fmt::format(&source);
                let known: Vec<_> = once
                    .problems
                    .iter()
                    .filter(|p| p.message.contains("internal"))
                    .collect();
                assert!(known.is_empty(), "{}: {known:?}\n{source}", path.display());
                let twice = einstan_fmt::format(&once.text);
                let lines = |c: &einstan_fmt::Change| difference::lines(&c.before, &c.after);
                let changes: Vec<_> = twice.changes.iter().map(lines).collect();
                assert!(
                    changes.is_empty(),
                    "{}: not stable\n{}",
                    path.display(),
                    changes[0]
                );
                count += once.changes.len();
            }
        }
    }
    assert!(count > 100, "{count}");
}
