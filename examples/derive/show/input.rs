//! What is derived: the text of an invocation, and where it is from.

use std::fmt;
use std::io::Read;
use std::path::Path;

/// The text of an invocation of `einstan!`.
pub struct Input {
    /// What errors call it: a path, or `<equation>`.
    pub name: String,
    pub text: String,
    /// How many characters were put before the first line.
    pub before: usize,
}

/// A file that can't be read.
#[derive(Debug)]
pub struct Unreadable {
    name: String,
    error: std::io::Error,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no equation, and as a file it can't be read: {}",
            self.name, self.error
        )
    }
}

impl std::error::Error for Unreadable {}

/// What makes equations the short form of a function.
const SHORT_FORM: &str = "pub fn f: ";

impl Input {
    /// A file, `-` for standard input, or the text itself.
    ///
    /// # Errors
    ///
    /// A file that can't be read.
    pub fn new(argument: &str) -> Result<Self, Unreadable> {
        let unreadable = |name: &str, error| Unreadable {
            name: name.to_string(),
            error,
        };
        if argument == "-" {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|e| unreadable("<stdin>", e))?;
            return Ok(Self::of_text("<stdin>", &text));
        }
        // Without an equals sign it can only be a file.
        if Path::new(argument).is_file() || !argument.contains('=') {
            let text = std::fs::read_to_string(argument).map_err(|e| unreadable(argument, e))?;
            return Ok(Self::of_text(argument, &text));
        }
        Ok(Self::of_text("<equation>", argument))
    }

    /// Equations without a function around them become the short form of one.
    pub fn of_text(name: &str, text: &str) -> Self {
        let before = if is_items(text) { "" } else { SHORT_FORM };
        Input {
            name: name.to_string(),
            text: format!("{before}{text}"),
            before: before.len(),
        }
    }

    /// A line as it was given, from 1.
    pub fn line(&self, number: usize) -> &str {
        let line = self.text.lines().nth(number - 1).unwrap_or("");
        if number == 1 {
            &line[self.before..]
        } else {
            line
        }
    }
}

/// Whether a text begins like an item: with attributes, a visibility or a word of items.
fn is_items(text: &str) -> bool {
    let code = text
        .lines()
        .map(str::trim)
        .find(|l| !l.is_empty() && !l.starts_with("//"))
        .unwrap_or("");
    let word = code.split(|c: char| !c.is_alphanumeric()).next();
    code.starts_with('#') || matches!(word, Some("fn" | "pub" | "axis" | "extern"))
}
