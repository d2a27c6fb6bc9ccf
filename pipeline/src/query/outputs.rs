//! The output columns of a SELECT, and their names.

use super::expressions::Compiler;
use super::node::Node;
use super::relations::{Column, ordinal};
use super::{QueryError, refused};
use sqlparser::ast::{
    ExcludeSelectItem, Expr, Ident, ObjectNamePart, Select, SelectItem, SelectItemQualifiedWildcardKind,
    WildcardAdditionalOptions,
};
use std::slice;

/// The output columns, and the expression that computes each.
#[derive(Debug)]
pub(super) struct Outputs {
    pub(super) columns: Vec<Column>,
    pub(super) nodes: Vec<Node>,
}

/// Compiles the outputs of a SELECT.
pub(super) fn outputs(select: &Select, input: &[Column], compiler: &Compiler<'_>) -> Result<Outputs, QueryError> {
    let mut outputs = Outputs { columns: Vec::new(), nodes: Vec::new() };
    for item in &select.projection {
        let (table, additions) = match item {
            SelectItem::UnnamedExpr(_) | SelectItem::ExprWithAlias { .. } => {
                let expr = expression(item)?;
                let typed = compiler.expr(&expr)?;
                let name = match item {
                    SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
                    _ => name(&expr, input, compiler),
                };
                outputs.columns.push(Column { table: None, name, kind: typed.kind });
                outputs.nodes.push(typed.node);
                continue;
            }
            SelectItem::Wildcard(additions) => (None, additions),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), additions) => {
                (Some(name.to_string()), additions)
            }
            _ => return Err(refused("* of a value, or several names for one, is not known here", "write the columns")),
        };
        outputs.add_all(table.as_deref(), additions, input, compiler)?;
    }
    Ok(outputs)
}

impl Outputs {
    /// Adds the columns of `*`, of all tables or of one.
    fn add_all(
        &mut self,
        table: Option<&str>,
        additions: &WildcardAdditionalOptions,
        input: &[Column],
        compiler: &Compiler<'_>,
    ) -> Result<(), QueryError> {
        let excluded = match &additions.opt_exclude {
            None => [].as_slice(),
            Some(ExcludeSelectItem::Single(name)) => slice::from_ref(name),
            Some(ExcludeSelectItem::Multiple(names)) => names,
        };
        let excluded = excluded.iter().map(|name| match name.0.as_slice() {
            [ObjectNamePart::Identifier(name)] => Ok(name),
            _ => Err(refused("a name in EXCLUDE has several parts", "write the column's name alone")),
        });
        let excluded = excluded.collect::<Result<Vec<&Ident>, _>>()?;
        let twice = |(place, name): (usize, &&Ident)| {
            excluded[..place].iter().any(|other| other.value.eq_ignore_ascii_case(&name.value))
        };
        if excluded.iter().enumerate().any(twice) {
            return Err(refused("a name stands twice in EXCLUDE", "write each column once"));
        }
        let rest = WildcardAdditionalOptions { opt_exclude: None, ..additions.clone() };
        if rest != WildcardAdditionalOptions::default() {
            return Err(refused(
                "* has an addition that is not known here",
                "write the columns; * EXCLUDE (x, y) is known",
            ));
        }
        let of_table = |column: &&Column| {
            table.is_none_or(|table| column.table.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(table)))
        };
        let has_name = |column: &Column, name: &Ident| column.name.eq_ignore_ascii_case(&name.value);
        if let Some(name) =
            excluded.iter().find(|name| !input.iter().filter(of_table).any(|column| has_name(column, name)))
        {
            let words = &compiler.planner.words;
            let what = format!("{} is no column to exclude", words.name(name));
            return Err(refused(what, &format!("{}SELECT * shows the columns", words.meant(name))));
        }
        let before = self.columns.len();
        for column in input.iter().filter(of_table) {
            if excluded.iter().any(|name| has_name(column, name)) {
                continue;
            }
            let ident = |text: &str| sqlparser::ast::Ident::new(text);
            let expr = match &column.table {
                Some(table) => Expr::CompoundIdentifier(vec![ident(table), ident(&column.name)]),
                None => Expr::Identifier(ident(&column.name)),
            };
            self.nodes.push(compiler.expr(&expr)?.node);
            self.columns.push(Column { table: None, ..column.clone() });
        }
        if self.columns.len() == before {
            return Err(refused("* stands for no column", "write a table's name that FROM gives: a.*"));
        }
        Ok(())
    }

    /// Compiles an expression of ORDER BY: the number of an output, the name of an output, or an expression of the rows.
    pub(super) fn order(&self, expr: &Expr, compiler: &Compiler<'_>, distinct: bool) -> Result<Node, QueryError> {
        if let Some(place) = ordinal(expr, self.nodes.len())? {
            return Ok(self.nodes[place].clone());
        }
        if let Expr::Identifier(name) = expr {
            let mut named =
                (0..self.columns.len()).filter(|at| self.columns[*at].name.eq_ignore_ascii_case(&name.value));
            match (named.next(), named.next()) {
                (Some(place), None) => return Ok(self.nodes[place].clone()),
                (Some(_), Some(_)) => {
                    return Err(refused(
                        format!("{} is that of two columns", compiler.planner.words.name(name)),
                        "give one of them another name with AS",
                    ));
                }
                (None, _) => {}
            }
        }
        let node = compiler.expr(expr)?.node;
        if distinct && !self.nodes.contains(&node) {
            return Err(refused(
                "DISTINCT is ordered by what is not selected",
                "select it too, or order by a selected column",
            ));
        }
        Ok(node)
    }
}

/// Returns the expression of an item of the SELECT.
pub(super) fn expression(item: &SelectItem) -> Result<Expr, QueryError> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Ok(expr.clone()),
        _ => Err(refused("* is no single column", "write the columns")),
    }
}

/// Returns the expression of the SELECT that AS gives this name.
pub(super) fn named<'s>(select: &'s Select, name: &str) -> Option<&'s Expr> {
    select.projection.iter().find_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if alias.value.eq_ignore_ascii_case(name) => Some(expr),
        _ => None,
    })
}

/// Returns the name of an output without AS: a column keeps its name, anything else is named as it is written.
fn name(expr: &Expr, input: &[Column], compiler: &Compiler<'_>) -> String {
    let place = match expr {
        Expr::Identifier(name) => compiler.place(None, name).ok(),
        Expr::CompoundIdentifier(path) => match path.as_slice() {
            [table, name] => compiler.place(Some(table), name).ok(),
            _ => None,
        },
        _ => None,
    };
    place.map_or_else(|| expr.to_string(), |place| input[place].name.clone())
}
