//! A proposal of the view with one row per event, made from what an office's database shows of itself.

mod view;

pub(crate) use view::{SqlDialect, View, kind, words};
