//! Charts of a workbook, legible in black and white: lines differ by their dashes and marks, columns by their filling.

use rust_xlsxwriter::{
    Chart, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartMarker, ChartMarkerType, ChartSolidFill,
};

/// A chart of columns of a sheet, below its table; the first column names the points.
#[derive(Debug)]
pub(crate) struct Drawing {
    pub(crate) kind: Kind,
    pub(crate) title: &'static str,
    pub(crate) columns: Vec<u16>,
}

/// The kind of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Lines on an axis that fits them.
    Line,
    /// Lines of shares, on an axis from 0 to 100 %.
    Shares,
    /// Columns beside each other.
    Columns,
}

/// The size of a chart, in pixels. Two stand beside each other on a page.
const WIDTH: u32 = 560;
const HEIGHT: u32 = 340;
const GAP: u32 = 20;
/// The height of a row of a sheet, in pixels.
const ROW: u32 = 20;

/// How lines differ, in order.
const LINES: [(ChartLineDashType, ChartMarkerType, u32); 5] = [
    (ChartLineDashType::Solid, ChartMarkerType::Circle, 0x0000_0000),
    (ChartLineDashType::Dash, ChartMarkerType::Square, 0x0050_5050),
    (ChartLineDashType::SquareDot, ChartMarkerType::Triangle, 0x0000_0000),
    (ChartLineDashType::LongDashDot, ChartMarkerType::Diamond, 0x0070_7070),
    (ChartLineDashType::LongDash, ChartMarkerType::X, 0x0030_3030),
];
/// How columns differ, in order.
const FILLINGS: [u32; 3] = [0x0026_2626, 0x00A0_A0A0, 0x00FF_FFFF];

/// Where the points of a chart stand.
pub(crate) struct Area<'a> {
    pub(crate) name: &'a str,
    pub(crate) head_row: u32,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// Returns how far to the right, in pixels, and down, in rows, a chart stands that comes after so many.
pub(crate) fn place_of(before: u32) -> (u32, u32) {
    (before % 2 * (WIDTH + GAP), before / 2 * (HEIGHT + GAP) / ROW)
}

pub(crate) fn chart(drawing: &Drawing, area: &Area<'_>) -> Chart {
    let Area { name, head_row, first, last } = *area;
    let mut chart = match drawing.kind {
        Kind::Line | Kind::Shares => Chart::new_line(),
        Kind::Columns => Chart::new_column(),
    };
    for (column, place) in drawing.columns.iter().zip(0..) {
        let series = chart.add_series();
        series.set_name((name, head_row, *column));
        series.set_categories((name, first, 0, last, 0));
        series.set_values((name, first, *column, last, *column));
        if drawing.kind == Kind::Columns {
            let filling = FILLINGS.get(place).copied().unwrap_or_default();
            let (mut fill, mut edge) = (ChartSolidFill::new(), ChartLine::new());
            edge.set_color(0x0000_0000).set_width(0.5);
            series.set_format(ChartFormat::new().set_solid_fill(fill.set_color(filling)).set_border(&edge));
        } else {
            let (dash, mark, colour) = LINES[place % LINES.len()];
            series.set_format(ChartLine::new().set_color(colour).set_width(1.5).set_dash_type(dash));
            let mut of_mark = ChartFormat::new();
            of_mark
                .set_solid_fill(ChartSolidFill::new().set_color(colour))
                .set_border(ChartLine::new().set_color(colour));
            series.set_marker(ChartMarker::new().set_type(mark).set_size(6).set_format(&mut of_mark));
        }
    }
    if drawing.kind == Kind::Shares {
        chart.y_axis().set_min(0.0).set_max(1.0).set_major_unit(0.2).set_num_format("0%");
    }
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.title().set_name(drawing.title);
    chart.set_alt_text(drawing.title).set_width(WIDTH).set_height(HEIGHT);
    chart
}
