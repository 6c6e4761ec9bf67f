//! Lines of equations as a whole: text, LaTeX, MathML.

use super::script::{Latex, MathMl, Script, Text, entities, write};
use super::{Derivation, Line, Section, Way};

impl Derivation {
    /// Unicode text: `EQUATIONS`.
    pub fn text(&self) -> String {
        let sections: Vec<String> = self
            .sections
            .iter()
            .map(|s| format!("{}\n{}", s.title, s.text("    ")))
            .collect();
        sections.join("\n")
    }

    /// LaTeX for a document with amsmath: `LATEX`.
    pub fn latex(&self) -> String {
        let sections: Vec<String> = self
            .sections
            .iter()
            .map(|s| format!("% {}\n{}", s.title, s.latex()))
            .collect();
        sections.join("\n")
    }
}

impl Section {
    /// The lines, each after `before`.
    pub fn text(&self, before: &str) -> String {
        text(&self.lines, before)
    }

    /// The lines in an `align*`.
    pub fn latex(&self) -> String {
        latex(&self.lines)
    }

    /// The lines in one `<math>`, which stands in one line without what Markdown reads.
    pub fn mathml(&self) -> String {
        mathml(&self.lines)
    }
}

impl Way {
    pub fn text(&self, before: &str) -> String {
        text(&self.lines, before)
    }

    pub fn latex(&self) -> String {
        latex(&self.lines)
    }

    pub fn mathml(&self) -> String {
        mathml(&self.lines)
    }
}

/// Notes stand below each other, if the lines are not longer than this.
const WIDE: usize = 72;

fn text(lines: &[Line], before: &str) -> String {
    let mut indent = 0;
    let mut equations = Vec::new();
    for line in lines {
        let left = match &line.left {
            Some(left) => write(&Text, left),
            None => " ".repeat(indent),
        };
        indent = left.chars().count();
        let sign = Text.relation(line.relation);
        equations.push(format!(
            "{before}{left} {sign} {}",
            write(&Text, &line.right)
        ));
    }
    let widths = equations.iter().map(|e| e.chars().count());
    let width = widths.filter(|&w| w <= WIDE).max().unwrap_or(0);
    let mut out = String::new();
    for (equation, line) in equations.iter().zip(lines) {
        match line.note.is_empty() {
            true => out.push_str(equation),
            false => out.push_str(&format!("{equation:width$}    ({})", line.note)),
        }
        out.push('\n');
    }
    out
}

fn latex(lines: &[Line]) -> String {
    let line = |l: &Line| {
        let left = l.left.as_ref().map(|f| write(&Latex, f));
        let left = left.unwrap_or_default();
        let sign = Latex.relation(l.relation);
        format!("{left} &{sign} {}", write(&Latex, &l.right))
    };
    let lines: Vec<String> = lines.iter().map(line).collect();
    format!(
        "\\begin{{align*}}\n{}\n\\end{{align*}}\n",
        lines.join(" \\\\\n")
    )
}

fn mathml(lines: &[Line]) -> String {
    let cell = |side: &str, inside: &str| {
        format!("<mtd style=\"text-align:{side};padding:0.3em 0.2em\">{inside}</mtd>")
    };
    let line = |l: &Line| {
        let left = l.left.as_ref().map(|f| write(&MathMl, f));
        let note = match l.note.is_empty() {
            true => String::new(),
            false => format!("<mtext>&#160;&#160;&#160;({})</mtext>", entities(&l.note)),
        };
        format!(
            "<mtr>{}{}{}{}</mtr>",
            cell("right", &left.unwrap_or_default()),
            cell(
                "center",
                &format!("<mo>{}</mo>", MathMl.relation(l.relation))
            ),
            cell("left", &write(&MathMl, &l.right)),
            cell("left", &note)
        )
    };
    let lines: String = lines.iter().map(line).collect();
    format!("<math display=\"block\"><mtable displaystyle=\"true\">{lines}</mtable></math>")
}
