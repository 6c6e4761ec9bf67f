//! A derivation as a whole: text, LaTeX, MathML.

use super::script::{Latex, MathMl, Text, write};
use super::{Derivation, Line, Section};
use crate::derivation::formula::Relation;

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
    /// The lines after some space.
    pub fn text(&self, before: &str) -> String {
        let mut out = String::new();
        let mut indent = 0;
        for line in &self.lines {
            let (left, right) = (line.left.as_ref(), write(&Text, &line.right));
            let start = match left {
                Some(left) => {
                    let left = write(&Text, left);
                    indent = left.chars().count();
                    left
                }
                None => " ".repeat(indent),
            };
            let sign = match line.relation {
                Relation::Gains => "+=",
                _ => "=",
            };
            out.push_str(&format!("{before}{start} {sign} {right}"));
            if !line.note.is_empty() {
                out.push_str(&format!("    ({})", line.note));
            }
            out.push('\n');
        }
        out
    }

    /// The lines in an `align*`.
    pub fn latex(&self) -> String {
        let line = |l: &Line| {
            let left = l
                .left
                .as_ref()
                .map(|f| write(&Latex, f))
                .unwrap_or_default();
            let sign = match l.relation {
                Relation::Gains => "\\mathrel{+}=",
                _ => "=",
            };
            format!("{left} &{sign} {}", write(&Latex, &l.right))
        };
        let lines: Vec<String> = self.lines.iter().map(line).collect();
        format!(
            "\\begin{{align*}}\n{}\n\\end{{align*}}\n",
            lines.join(" \\\\\n")
        )
    }

    /// The lines in one `<math>`, which stands in one line without what Markdown reads.
    pub fn mathml(&self) -> String {
        let cell =
            |side: &str, inside: &str| format!("<mtd style=\"text-align:{side}\">{inside}</mtd>");
        let line = |l: &Line| {
            let left = l
                .left
                .as_ref()
                .map(|f| write(&MathMl, f))
                .unwrap_or_default();
            let sign = match l.relation {
                Relation::Gains => "<mo>+=</mo>",
                _ => "<mo>=</mo>",
            };
            let note = match l.note.is_empty() {
                true => String::new(),
                false => format!("<mtext>{}</mtext>", super::script::entities(&l.note)),
            };
            format!(
                "<mtr>{}{}{}{}</mtr>",
                cell("right", &left),
                cell("center", sign),
                cell("left", &write(&MathMl, &l.right)),
                cell("left", &note)
            )
        };
        let lines: String = self.lines.iter().map(line).collect();
        format!("<math display=\"block\"><mtable displaystyle=\"true\">{lines}</mtable></math>")
    }
}
