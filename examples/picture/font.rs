//! The font of the pictures.

use plotters::style::{FontStyle, register_font};

/// Text needs a font: DejaVu, which is compiled in.
pub fn use_font() {
    // A font that can't be read leaves plots without text; it is compiled in, and can.
    let _ = register_font("sans-serif", FontStyle::Normal, dejavu::sans::regular());
}
