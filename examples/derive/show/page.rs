//! A page that stands alone: formulas as MathML, which the browser shows by itself, without scripts and fonts to load.

use einstan_compiler::Derived;
use einstan_compiler::derivation::Subject;
use std::fmt::Write;

const STYLE: &str = "\
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; }
h1 { font-size: 1.3rem; margin-top: 3rem; }
h1 code { font-size: 1em; }
h2 { font-size: 1rem; margin: 1.6rem 0 0.3rem; color: #555; }
code, pre { font: 0.9rem/1.4 ui-monospace, monospace; }
pre { background: #f5f5f2; padding: 0.8rem 1rem; overflow-x: auto; }
.equations { overflow-x: auto; }
math { font-size: 1.15rem; display: block math; text-align: left; width: max-content; }
math mtext { color: #888; font-size: 0.75em; }
summary { cursor: pointer; color: #555; }
details details { margin-left: 1rem; }
";

/// The page of some functions.
pub fn page(functions: &[Derived], steps: bool) -> String {
    let names: Vec<&str> = functions
        .iter()
        .map(|f| f.derivation.name.as_str())
        .collect();
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        escape(&names.join(", "))
    );
    functions.iter().for_each(|f| function(&mut out, f, steps));
    out.push_str("</body>\n</html>\n");
    out
}

fn function(out: &mut String, f: &Derived, steps: bool) {
    for s in &f.derivation.sections {
        let _ = match s.subject {
            Subject::Equations => writeln!(out, "<h1><code>{}</code></h1>", escape(&s.title)),
            _ => writeln!(out, "<h2>{}</h2>", escape(&s.title)),
        };
        equations(out, &s.mathml());
        if steps && s.subject == Subject::Gradient {
            let _ = writeln!(out, "<details open><summary>step by step</summary>");
            for way in &f.ways {
                let _ = writeln!(out, "<h2>{}</h2>", escape(&way.title));
                equations(out, &way.mathml());
            }
            let _ = writeln!(out, "</details>");
        }
    }
    let _ = writeln!(out, "<h2>plan</h2>\n<pre>{}</pre>", escape(&f.plan));
}

fn equations(out: &mut String, mathml: &str) {
    let _ = writeln!(out, "<div class=\"equations\">{mathml}</div>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
