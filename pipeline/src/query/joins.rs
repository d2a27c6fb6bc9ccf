//! FROM: reads the tables and joins them.
//!
//! Equalities between the two sides choose the pairs of rows (a hash join); all other conditions of ON are then checked
//! for each pair.

use super::datum::Datum;
use super::expressions::Compiler;
use super::node::{Node, Row};
use super::relations::{Column, Planner, Relation, Rows, values};
use super::{QueryError, refused};
use sqlparser::ast::{
    BinaryOperator, Expr, JoinConstraint, JoinOperator, ObjectNamePart, TableAlias, TableFactor, TableWithJoins,
};
use std::collections::HashMap;
use std::rc::Rc;

/// A join: which side keeps its rows without a partner, and the conditions on a pair.
#[derive(Clone, Debug, Default)]
struct Join<'q> {
    keep_left: bool,
    keep_right: bool,
    on: Vec<&'q Expr>,
}

/// What FROM gives, and what is left of the condition of WHERE.
pub(super) struct Input {
    pub(super) relation: Relation,
    pub(super) condition: Option<Node>,
}

impl Planner {
    /// Returns the rows of FROM. Of several tables, only those for which the condition of WHERE is true.
    pub(super) fn from(&self, from: &[TableWithJoins], condition: Option<&Expr>) -> Result<Input, QueryError> {
        let mut tables: Vec<(&TableFactor, Join<'_>)> = Vec::new();
        for TableWithJoins { relation, joins } in from {
            tables.push((relation, Join::default()));
            for join in joins {
                tables.push((&join.relation, operator(join)?));
            }
        }
        let last = tables.len().saturating_sub(1);
        let mut found = Relation::new(Vec::new(), vec![Rc::from([])]);
        let mut names: Vec<String> = Vec::new();
        // A later RIGHT or FULL JOIN adds rows in which the tables before it have no values; a LEFT JOIN those of its right side.
        let may_lack: Vec<bool> = (0..tables.len())
            .map(|place| tables[place].1.keep_left || tables[place + 1..].iter().any(|(_, join)| join.keep_right))
            .collect();
        for (place, (factor, mut join)) in tables.into_iter().enumerate() {
            let (name, table) = self.table_of(factor)?;
            if names.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                let what = format!("two tables are called `{}`", self.words.repeated(&name));
                return Err(refused(what, "give them names: events a JOIN events b"));
            }
            names.push(name);
            if last == 0 {
                found = table;
                continue;
            }
            // Conditions on this table alone choose its rows before they are joined.
            let alone = condition.filter(|_| !may_lack[place]).into_iter();
            let alone = alone.chain(join.on.iter().copied().filter(|_| !join.keep_right));
            let alone = self.conditions_of(&table, alone)?;
            let table = match alone {
                Some(alone) => Relation { source: Rows::Made(table.rows(Some(&alone), &self.budget)?), ..table },
                None => table,
            };
            // In an inner join, the condition of WHERE may also choose the pairs.
            if place > 0 && place == last && !join.keep_left && !join.keep_right {
                join.on.extend(condition);
            }
            found = if place == 0 { table } else { self.join(&found, &table, &join)? };
        }
        let condition = condition.map(|one| Compiler::of_rows(self, &found.columns).condition(one)).transpose()?;
        Ok(Input { relation: found, condition })
    }

    /// Returns those parts of conditions that are about one table alone.
    fn conditions_of<'q>(
        &self,
        table: &Relation,
        conditions: impl Iterator<Item = &'q Expr>,
    ) -> Result<Option<Node>, QueryError> {
        if !matches!(table.source, Rows::Stored(_)) {
            return Ok(None);
        }
        let compiler = Compiler::of_rows(self, &table.columns);
        let nodes = conditions.flat_map(conjuncts).filter_map(|one| compiler.condition(one).ok());
        let nodes: Vec<Node> = nodes.filter(|node| node.column_range().is_some()).collect();
        Ok((!nodes.is_empty()).then_some(Node::And(nodes)))
    }

    /// Returns a table of FROM and the name by which the question calls it.
    fn table_of(&self, factor: &TableFactor) -> Result<(String, Relation), QueryError> {
        let alias_name = |alias: &Option<TableAlias>| match alias {
            Some(alias) if !alias.columns.is_empty() => {
                Err(refused("a table's name names its columns", "name them in its SELECT: … AS n"))
            }
            other => Ok(other.as_ref().map(|alias| alias.name.value.clone())),
        };
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_hints,
                version: None,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample: None,
                index_hints,
            } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
                let [ObjectNamePart::Identifier(named)] = name.0.as_slice() else {
                    return Err(refused("a table's name has several parts", "ask the table `events`"));
                };
                let Some(table) = self.table(&named.value)? else {
                    let (what, meant) = (format!("{} is no table", self.words.name(named)), self.words.meant(named));
                    return Err(refused(
                        what,
                        &format!("{meant}SHOW TABLES lists the views; WITH x AS (…) makes other tables"),
                    ));
                };
                let called = alias_name(alias)?.unwrap_or_else(|| named.value.clone());
                Ok((called.clone(), table.called(&called)))
            }
            TableFactor::Derived { lateral: false, subquery, alias, sample: None } => {
                let table = self.query(subquery)?.distinct_names(&self.words)?;
                match alias_name(alias)? {
                    Some(called) => Ok((called.clone(), table.called(&called))),
                    None => Ok((format!("({subquery})"), table)),
                }
            }
            _ => Err(refused(
                "FROM has something else than a table",
                "ask the table `events`, a subquery or a table of WITH",
            )),
        }
    }

    /// Joins two tables.
    fn join(&self, left: &Relation, right: &Relation, join: &Join<'_>) -> Result<Relation, QueryError> {
        let columns: Vec<Column> = left.columns.iter().chain(&right.columns).cloned().collect();
        let compiler = Compiler::of_rows(self, &columns);
        let width = left.columns.len();
        let (mut left_keys, mut right_keys, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for condition in join.on.iter().flat_map(|on| conjuncts(on)) {
            let node = compiler.condition(condition)?;
            match node.equality().and_then(|(a, b)| Some((a, b, a.column_range()?, b.column_range()?))) {
                Some((a, b, (_, left), (right, _))) if left < width && right >= width => {
                    left_keys.push(a.clone());
                    right_keys.push(b.clone());
                }
                Some((a, b, (right, _), (_, left))) if left < width && right >= width => {
                    left_keys.push(b.clone());
                    right_keys.push(a.clone());
                }
                _ => rest.push(node),
            }
        }
        let (rest, nulls) = (Node::And(rest), |n: usize| vec![Datum::Null; n]);
        let pair = |left: &[Datum], right: &[Datum]| -> Row { left.iter().chain(right).cloned().collect() };
        // A key with a NULL has no partner: NULL is not equal to anything, not even to NULL.
        let key = |nodes: &[Node], row: &[Datum]| {
            let key = values(nodes.iter(), row, &[])?;
            Ok::<_, QueryError>((!key.iter().any(Datum::is_null)).then_some(key))
        };
        let (left_rows, right_rows) = (left.rows(None, &self.budget)?, right.rows(None, &self.budget)?);
        let mut places: HashMap<Vec<Datum>, Vec<usize>> = HashMap::new();
        for (place, row) in right_rows.iter().enumerate() {
            if let Some(key) = key(&right_keys, &pair(&nulls(width), row))? {
                places.entry(key).or_default().push(place);
            }
        }
        let (mut rows, mut has_partner) = (Vec::new(), vec![false; right_rows.len()]);
        for row in left_rows.iter() {
            let partners = key(&left_keys, row)?.and_then(|key| places.get(&key)).map_or([].as_slice(), Vec::as_slice);
            self.budget.pairs(partners.len())?;
            let before = rows.len();
            for place in partners {
                let both = pair(row, &right_rows[*place]);
                if rest.value(&both, &[])?.is_true() {
                    has_partner[*place] = true;
                    rows.push(both);
                }
            }
            if join.keep_left && rows.len() == before {
                rows.push(pair(row, &nulls(right.columns.len())));
            }
            self.budget.values(rows.len() - before, columns.len())?;
        }
        if join.keep_right {
            let before = rows.len();
            let alone = right_rows.iter().zip(&has_partner).filter(|(_, has_partner)| !**has_partner);
            rows.extend(alone.map(|(row, _)| pair(&nulls(width), row)));
            self.budget.values(rows.len() - before, columns.len())?;
        }
        Ok(Relation::new(columns, rows))
    }
}

/// Splits a condition at its ANDs.
fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match condition {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => [conjuncts(left), conjuncts(right)].concat(),
        Expr::Nested(inner) => conjuncts(inner),
        other => vec![other],
    }
}

/// Reads the kind of a join and its ON.
fn operator(join: &sqlparser::ast::Join) -> Result<Join<'_>, QueryError> {
    let (keep_left, keep_right, constraint) = match &join.join_operator {
        JoinOperator::Join(on) | JoinOperator::Inner(on) => (false, false, on),
        JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => (true, false, on),
        JoinOperator::Right(on) | JoinOperator::RightOuter(on) => (false, true, on),
        JoinOperator::FullOuter(on) => (true, true, on),
        JoinOperator::CrossJoin(JoinConstraint::None) => return Ok(Join::default()),
        _ => {
            return Err(refused(
                "this kind of JOIN is not known here",
                "use JOIN, LEFT JOIN, RIGHT JOIN, FULL JOIN or CROSS JOIN",
            ));
        }
    };
    match constraint {
        JoinConstraint::On(on) if !join.global => Ok(Join { keep_left, keep_right, on: vec![on] }),
        _ => {
            Err(refused("a JOIN has no ON", "write ON a.berkas_id = b.berkas_id; USING and NATURAL are not known here"))
        }
    }
}
