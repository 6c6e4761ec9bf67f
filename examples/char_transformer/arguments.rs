//! What the command line says.

use crate::job;
use crate::model::Size;
use crate::train::Options;
use std::error::Error;

const HELP: &str = "char_transformer [--steps N] [--batch N] [--rate X] [--layers N] [--width N] [--time N] [--temperature X] [--seed N] [--quick]";

pub struct Arguments {
    pub options: Options,
    /// How likely what is unlikely is, in what is written.
    pub temperature: f32,
    /// How many characters are written.
    pub written: usize,
}

impl Arguments {
    /// Those of the process, if help was not all that was asked for.
    pub fn read() -> Result<Option<Self>, Box<dyn Error>> {
        use lexopt::prelude::*;
        let mut out = Arguments::usual();
        if job::is_quick() {
            out.hurry();
        }
        let options = &mut out.options;
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("steps") => options.steps = parser.value()?.parse()?,
                Long("batch") => options.batch = parser.value()?.parse()?,
                Long("rate") => options.rate = parser.value()?.parse()?,
                Long("seed") => options.seed = parser.value()?.parse()?,
                Long("layers") => options.size.layers = parser.value()?.parse()?,
                Long("width") => options.size.width = parser.value()?.parse()?,
                Long("time") => options.size.time = parser.value()?.parse()?,
                Long("temperature") => out.temperature = parser.value()?.parse()?,
                Long("quick") => {}
                Long("help") | Short('h') => {
                    println!("{HELP}");
                    return Ok(None);
                }
                other => return Err(other.unexpected().into()),
            }
        }
        out.check()?;
        Ok(Some(out))
    }

    fn usual() -> Self {
        let size = Size {
            alphabet: 0,
            time: 128,
            layers: 3,
            width: 128,
            heads: 4,
        };
        let options = Options {
            steps: 1500,
            batch: 16,
            rate: 3e-3,
            seed: 1,
            size,
        };
        Arguments {
            options,
            temperature: 0.8,
            written: 500,
        }
    }

    /// A smaller transformer, for less long.
    fn hurry(&mut self) {
        (self.options.steps, self.written) = (600, 200);
        let size = &mut self.options.size;
        (size.time, size.layers, size.width) = (64, 2, 64);
    }

    fn check(&self) -> Result<(), Box<dyn Error>> {
        let Options {
            steps, batch, size, ..
        } = self.options;
        let counts = [steps, batch, size.layers, size.width, size.time];
        if counts.contains(&0) || size.time > 1024 {
            return Err(
                "steps, batch, layers, width and time are at least 1, time is at most 1024".into(),
            );
        }
        if size.width % size.heads != 0 {
            return Err(format!(
                "--width is a multiple of {}, the number of heads",
                size.heads
            )
            .into());
        }
        if self.temperature.is_nan() || self.temperature <= 0.0 {
            return Err("--temperature is positive".into());
        }
        Ok(())
    }
}
