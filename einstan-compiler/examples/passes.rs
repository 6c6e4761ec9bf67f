//! What every pass makes of functions: their text on standard input, the ir after each pass and the plan on standard
//! output.
//!
//!     echo 'fn f(x[n]) -> s { s = sum[i](x[i]^2); }' | cargo run -p einstan-compiler --example passes

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::{differentiate, driver, ir, normal, parse, plan, resolve, simplify};
use std::io::Read;

fn main() {
    let mut text = String::new();
    if let Err(error) = std::io::stdin().read_to_string(&mut text) {
        return eprintln!("error: {error}");
    }
    let tokens = match text.parse() {
        Ok(tokens) => tokens,
        Err(error) => return eprintln!("error: {error}"),
    };
    let mut diagnostics = Diagnostics::new();
    let program = resolve::resolve(parse::parse(tokens, &mut diagnostics), &mut diagnostics);
    for e in diagnostics.errors() {
        eprintln!("error: {}: {}", e.rule.name(), e.message);
    }
    for resolved in program.functions.iter().filter(|f| !f.failed) {
        let mut f = resolved.function.clone();
        for w in &resolved.warnings {
            eprintln!("warning: {}: {}", w.warning.name(), w.message);
        }
        println!("# {}\n\n## resolve\n{}", f.name, ir::print::print(&f));
        normal::normalise(&mut f);
        println!("## normalise\n{}", ir::print::print(&f));
        let primal = driver::normal(&resolved.function);
        println!("## primal\n{}", ir::print::print(&primal));
        let mut jacobian = differentiate::jacobian(&resolved.function);
        normal::normalise(&mut jacobian);
        let mut jacobian = differentiate::Backward::from(jacobian);
        simplify::simplify(&mut jacobian);
        println!("## jacobian\n{}", ir::print::print(&jacobian.function));
        let mut joint = differentiate::vjp(&primal);
        println!("## differentiate\n{}", ir::print::print(&joint.function));
        simplify::simplify(&mut joint);
        println!("## simplify\n{}", ir::print::print(&joint.function));
        println!("## plan\n{}", plan::plan(joint).text);
    }
}
