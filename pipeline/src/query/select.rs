//! One SELECT: rows of FROM, groups, windows, outputs, order.
//!
//! Rule    rows of the archive pass batch by batch, and only what the answer needs is kept: groups, the first rows of an
//!         order, or nothing where the rows are passed on

use super::aggregates::{Accumulator, Aggregate, Function};
use super::clauses::check_clauses;
use super::datum::Datum;
use super::expressions::Compiler;
use super::first_rows::first_rows;
use super::frame::Frame;
use super::groups::Groups;
use super::joins::Input;
use super::node::{Node, Row, Typed};
use super::order::{By, compare_keys};
use super::outputs::{Outputs, outputs};
use super::relations::{Column, Planner, Relation, Rows, filtered, ordinal, sorted, values};
use super::vector::Vector;
use super::{QueryError, refused};
use sqlparser::ast::{Distinct, Expr, GroupByExpr, OrderByExpr, Query, Select, Visit, Visitor};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::rc::Rc;

/// Where the rows of a SELECT go.
pub(super) enum Sink<'s> {
    /// They are kept, in order; after `most` of them no more are needed.
    Kept { most: usize, found: Vec<(Vec<Datum>, Row)>, charged: usize },
    /// They are passed on as they come, less those that OFFSET skips.
    Sent {
        slice: (usize, usize),
        begin: &'s mut dyn FnMut(&[Column]) -> Result<(), QueryError>,
        row: &'s mut dyn FnMut(&Row) -> Result<(), QueryError>,
    },
}

/// A compiled SELECT.
struct Plan {
    outputs: Outputs,
    having: Option<Node>,
    by: Vec<By>,
    distinct: bool,
    seen: HashSet<Row>,
}

impl Sink<'_> {
    /// A sink that keeps the first rows.
    pub(super) fn kept(most: usize) -> Self {
        Self::Kept { most, found: Vec::new(), charged: 0 }
    }
}

impl Planner {
    /// Answers a SELECT. What is passed on is not in the result.
    pub(super) fn select(
        &self,
        select: &Select,
        order: &[OrderByExpr],
        sink: &mut Sink<'_>,
    ) -> Result<Relation, QueryError> {
        check_clauses(select)?;
        let Input { relation: input, condition } = self.from(&select.from, select.selection.as_ref())?;
        let of_rows = Compiler::of_rows(self, &input.columns);
        let GroupByExpr::Expressions(keys, additions) = &select.group_by else {
            return Err(refused("GROUP BY ALL is not known here", "write the columns"));
        };
        if !additions.is_empty() {
            return Err(refused(
                "GROUP BY with ROLLUP or CUBE is not known here",
                "put two queries together with UNION ALL",
            ));
        }
        let keys =
            keys.iter().map(|key| of_rows.expr(&key_of(select, key, &of_rows)?)).collect::<Result<Vec<_>, _>>()?;
        let grouped = !keys.is_empty() || select.having.is_some() || has_aggregate(select, order);
        let compiler = Compiler::of_output(self, &input.columns, grouped.then_some(&keys));
        let outputs = outputs(select, &input.columns, &compiler)?;
        let having = select.having.as_ref();
        let having = having.map(|having| compiler.condition(having)).transpose()?;
        let distinct = matches!(select.distinct, Some(Distinct::Distinct));
        let by = order.iter().map(|by| By::new(by, outputs.order(&by.expr, &compiler, distinct)?));
        let by = by.collect::<Result<Vec<_>, QueryError>>()?;
        let (aggregates, windows) = (compiler.aggregates(), compiler.windows());
        let columns = outputs.columns.clone();
        let mut plan = Plan { outputs, having, by, distinct, seen: HashSet::new() };
        if let Sink::Sent { begin, .. } = sink {
            begin(&Relation::new(columns.clone(), Vec::new()).distinct_names(&self.words)?.columns)?;
        }
        match (&input.source, grouped, windows.is_empty()) {
            (Rows::Stored(_), true, true) => {
                self.stored_groups(&input, condition.as_ref(), &keys, &aggregates, &mut plan, sink)?;
            }
            (Rows::Stored(_), false, true) => self.stored_rows(&input, condition.as_ref(), &mut plan, sink)?,
            _ => {
                let rows = input.rows(condition.as_ref(), &self.budget)?;
                let mut rows = if grouped { self.groups(&rows, &keys, &aggregates)? } else { rows.to_vec() };
                if let Some(having) = &plan.having {
                    rows = filtered(rows, having)?;
                }
                let windows =
                    windows.iter().map(|window| window.values(&rows, &self.budget)).collect::<Result<Vec<_>, _>>()?;
                for (place, row) in rows.iter().enumerate() {
                    let of_windows: Vec<Datum> = windows.iter().map(|window| window[place].clone()).collect();
                    if self.take(row, &of_windows, &mut plan, sink)?.is_break() {
                        break;
                    }
                }
            }
        }
        Ok(match sink {
            Sink::Kept { found, .. } => Relation::new(columns, sorted(&plan.by, std::mem::take(found))),
            Sink::Sent { .. } => Relation::new(columns, Vec::new()),
        })
    }

    /// Takes a row of FROM, or of a group.
    fn take(
        &self,
        row: &[Datum],
        windows: &[Datum],
        plan: &mut Plan,
        sink: &mut Sink<'_>,
    ) -> Result<ControlFlow<()>, QueryError> {
        let out: Row = values(plan.outputs.nodes.iter(), row, windows)?.into();
        let keys = values(plan.by.iter().map(|by| &by.node), row, windows)?;
        self.take_output(out, keys, plan, sink)
    }

    fn take_output(
        &self,
        out: Row,
        keys: Vec<Datum>,
        plan: &mut Plan,
        sink: &mut Sink<'_>,
    ) -> Result<ControlFlow<()>, QueryError> {
        if plan.distinct {
            if plan.seen.contains(&out) {
                return Ok(ControlFlow::Continue(()));
            }
            self.budget.values(1, out.len())?;
            plan.seen.insert(out.clone());
        }
        match sink {
            Sink::Sent { slice: (skip, take), row, .. } => {
                if *skip > 0 {
                    *skip -= 1;
                } else if *take > 0 {
                    *take -= 1;
                    row(&out)?;
                }
                Ok(if *take == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            }
            Sink::Kept { most, found, charged } => {
                found.push((keys, out));
                if found.len() > *charged {
                    self.budget.values(1, plan.outputs.columns.len() + plan.by.len())?;
                    *charged = found.len();
                }
                if plan.by.is_empty() {
                    return Ok(if found.len() >= *most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
                }
                // Of many rows only the first in order are kept.
                if found.len() >= most.saturating_mul(2).saturating_add(1024) {
                    found.sort_by(|(a, _), (b, _)| compare_keys(&plan.by, a, b));
                    found.truncate(*most);
                }
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    /// Groups rows of the archive.
    fn stored_groups(
        &self,
        input: &Relation,
        condition: Option<&Node>,
        keys: &[Typed],
        aggregates: &[Aggregate],
        plan: &mut Plan,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let Rows::Stored(scan) = &input.source else { return Ok(()) };
        let of_aggregates = aggregates.iter().flat_map(|one| one.of.iter().chain(&one.filter));
        let used = used(keys.iter().map(|key| &key.node).chain(of_aggregates).chain(condition));
        let mut groups = Groups::new(keys.iter().map(|key| &key.node).collect(), aggregates, &self.budget);
        scan.each(&used, condition, &mut |frame| {
            match condition {
                Some(condition) => groups.add(&frame.filtered(condition)?)?,
                None => groups.add(frame)?,
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for row in groups.finish() {
            let row = row?;
            let is_wanted =
                plan.having.as_ref().map_or(Ok(true), |having| Ok::<_, QueryError>(having.value(&row, &[])?.is_true()));
            if is_wanted? && self.take(&row, &[], plan, sink)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Passes rows of the archive.
    fn stored_rows(
        &self,
        input: &Relation,
        condition: Option<&Node>,
        plan: &mut Plan,
        sink: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let Rows::Stored(scan) = &input.source else { return Ok(()) };
        let used = used(plan.outputs.nodes.iter().chain(plan.by.iter().map(|by| &by.node)).chain(condition));
        scan.each(&used, condition, &mut |frame| {
            let filtered = condition.map(|condition| frame.filtered(condition)).transpose()?;
            let frame = filtered.as_ref().unwrap_or(frame);
            let first = first_of(frame, plan, sink)?;
            let frame = first.as_ref().unwrap_or(frame);
            if frame.rows == 0 {
                return Ok(ControlFlow::Continue(()));
            }
            let outputs = all(frame, plan.outputs.nodes.iter())?;
            let keys = all(frame, plan.by.iter().map(|by| &by.node))?;
            for at in 0..frame.rows {
                let keys: Vec<Datum> = keys.iter().map(|key| key.at(at)).collect();
                let out: Row = outputs.iter().map(|output| output.at(at)).collect();
                if self.take_output(out, keys, plan, sink)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Returns one row per group: the expressions of GROUP BY, then the aggregate functions.
    fn groups(&self, rows: &[Row], keys: &[Typed], aggregates: &[Aggregate]) -> Result<Vec<Row>, QueryError> {
        let keeping = aggregates.iter().filter(|aggregate| aggregate.keeps_values()).count();
        if keeping > 0 {
            self.budget.values(rows.len(), keeping)?;
        }
        let mut places: HashMap<Vec<Datum>, usize> = HashMap::new();
        let mut groups: Vec<(Vec<Datum>, Vec<Accumulator<'_>>)> = Vec::new();
        let fresh = || aggregates.iter().map(Accumulator::new).collect::<Vec<_>>();
        if keys.is_empty() {
            places.insert(Vec::new(), 0);
            groups.push((Vec::new(), fresh()));
        }
        for row in rows {
            let key = values(keys.iter().map(|key| &key.node), row, &[])?;
            let place = *places.entry(key).or_insert_with_key(|key| {
                groups.push((key.clone(), fresh()));
                groups.len() - 1
            });
            for accumulator in &mut groups[place].1 {
                accumulator.add(row)?;
            }
        }
        self.budget.values(groups.len(), keys.len() + aggregates.len())?;
        groups
            .into_iter()
            .map(|(mut key, accumulators)| {
                for accumulator in &accumulators {
                    key.push(accumulator.value()?);
                }
                Ok(key.into())
            })
            .collect()
    }
}

/// Returns the values of expressions.
fn all<'n>(frame: &Frame<'_>, nodes: impl Iterator<Item = &'n Node>) -> Result<Vec<Rc<Vector>>, QueryError> {
    nodes.map(|node| frame.value(node)).collect()
}

/// Returns the rows of a batch that may be among the first, where only those are kept; `None` where all are taken.
fn first_of<'f>(frame: &Frame<'f>, plan: &Plan, sink: &mut Sink<'_>) -> Result<Option<Frame<'f>>, QueryError> {
    let Sink::Kept { most, found, .. } = sink else { return Ok(None) };
    if plan.by.is_empty() || plan.distinct || *most >= frame.rows {
        return Ok(None);
    }
    found.sort_by(|(a, _), (b, _)| compare_keys(&plan.by, a, b));
    found.truncate(*most);
    let worst = found.get(most.saturating_sub(1)).map(|(keys, _)| keys.as_slice());
    let keys = all(frame, plan.by.iter().map(|by| &by.node))?;
    Ok(Some(frame.select(first_rows(&plan.by, &keys, frame.rows, (*most, worst)))))
}

/// Returns the columns that expressions use.
fn used<'n>(nodes: impl Iterator<Item = &'n Node>) -> Vec<usize> {
    let mut used = Vec::new();
    nodes.for_each(|node| node.columns(&mut used));
    used
}

/// Returns what an item of GROUP BY means: a column, or else the expression of the SELECT with this name or number.
fn key_of(select: &Select, key: &Expr, of_rows: &Compiler<'_>) -> Result<Expr, QueryError> {
    if let Some(place) = ordinal(key, select.projection.len())? {
        return super::outputs::expression(&select.projection[place]);
    }
    let named = match key {
        Expr::Identifier(name)
            if !of_rows.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name.value)) =>
        {
            super::outputs::named(select, &name.value)
        }
        _ => None,
    };
    Ok(named.unwrap_or(key).clone())
}

/// Whether a SELECT has an aggregate function outside of its subqueries.
fn has_aggregate(select: &Select, order: &[OrderByExpr]) -> bool {
    struct Search(usize);
    impl Visitor for Search {
        type Break = ();

        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.0 += 1;
            ControlFlow::Continue(())
        }

        fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.0 -= 1;
            ControlFlow::Continue(())
        }

        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
                Expr::Function(function) if self.0 == 0 && function.over.is_none() => {
                    match Function::named(&function.name.to_string().to_uppercase()) {
                        Some(_) => ControlFlow::Break(()),
                        None => ControlFlow::Continue(()),
                    }
                }
                _ => ControlFlow::Continue(()),
            }
        }
    }
    select.projection.visit(&mut Search(0)).is_break() || order.to_vec().visit(&mut Search(0)).is_break()
}
