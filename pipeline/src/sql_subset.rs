//! The portable subset of SQL that every statement of a figure uses, so that other engines compute the same numbers.
//!
//! The check parses a statement and writes out again only what is in the subset. If the result differs from the statement, it uses
//! something else.

use super::verdicts::failing_cases::FAILED;
use crate::figures::metrics::statements;
use crate::figures::summary::STAGE_2;
use crate::selftest::LOG;
use crate::verdicts::deviations::TRACES;
use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, JoinConstraint,
    JoinOperator, OrderByKind, Query, Select, SelectItem, SetExpr, SetOperator, SetQuantifier, Statement,
    TableWithJoins, UnaryOperator, Value, WindowSpec, WindowType,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

/// A part of a statement that is not in the subset.
type Foreign = String;

const AGGREGATES: [&str; 4] = ["COUNT", "SUM", "MIN", "MAX"];
const OPERATORS: [&str; 11] = ["=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "AND", "OR"];
const RUNNING: &str = " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";

/// Checks a statement.
fn statement(text: &str) -> Result<(), Foreign> {
    let mut text = text.replace("$month", "'2026-10'").replace("$jenis", "'baru'");
    for number in ["$end_s", "$end_o", "$end_d", "$limit", "$step", "$in_days"] {
        text = text.replace(number, "1");
    }
    let parsed = Parser::parse_sql(&GenericDialect {}, &text).map_err(|e| e.to_string())?;
    let [Statement::Query(whole)] = parsed.as_slice() else { return Err("not one query".into()) };
    let (understood, written) = (query(whole)?, whole.to_string());
    if understood == written { Ok(()) } else { Err(format!("understood\n{understood}\nof\n{written}")) }
}

fn all<T>(items: &[T], each: impl Fn(&T) -> Result<String, Foreign>) -> Result<String, Foreign> {
    Ok(items.iter().map(each).collect::<Result<Vec<_>, _>>()?.join(", "))
}

fn query(query: &Query) -> Result<String, Foreign> {
    let mut text = String::new();
    if let Some(with) = &query.with {
        let ctes = all(&with.cte_tables, |cte| Ok(format!("{} AS ({})", cte.alias, self::query(&cte.query)?)))?;
        text = format!("WITH {ctes} ");
    }
    text += &body(&query.body)?;
    if let Some(order) = &query.order_by {
        let OrderByKind::Expressions(by) = &order.kind else { return Err(order.to_string()) };
        text += &format!(" ORDER BY {}", all(by, |e| name(&e.expr))?);
    }
    Ok(text)
}

fn body(body: &SetExpr) -> Result<String, Foreign> {
    match body {
        SetExpr::Select(one) => select(one),
        SetExpr::SetOperation { left, op: SetOperator::Union, set_quantifier: SetQuantifier::All, right } => {
            Ok(format!("{} UNION ALL {}", self::body(left)?, self::body(right)?))
        }
        other => Err(other.to_string()),
    }
}

fn select(select: &Select) -> Result<String, Foreign> {
    let columns = all(&select.projection, |item| match item {
        SelectItem::UnnamedExpr(column) => name(column),
        SelectItem::ExprWithAlias { expr: value, alias } => Ok(format!("{} AS {alias}", expr(value)?)),
        other => Err(other.to_string()),
    })?;
    let [from] = select.from.as_slice() else { return Err(select.to_string()) };
    let mut text = format!("SELECT {columns} FROM {}", tables(from)?);
    if let Some(condition) = &select.selection {
        text += &format!(" WHERE {}", expr(condition)?);
    }
    match &select.group_by {
        GroupByExpr::Expressions(keys, _) if keys.is_empty() => {}
        GroupByExpr::Expressions(keys, _) => text += &format!(" GROUP BY {}", all(keys, name)?),
        other @ GroupByExpr::All(_) => return Err(other.to_string()),
    }
    Ok(text)
}

/// Tables may be joined only by equality of columns.
fn tables(tables: &TableWithJoins) -> Result<String, Foreign> {
    let mut text = tables.relation.to_string();
    for join in &tables.joins {
        let (word, constraint) = match &join.join_operator {
            JoinOperator::Join(on) => ("JOIN", on),
            JoinOperator::Left(on) => ("LEFT JOIN", on),
            other => return Err(format!("{other:?}")),
        };
        let JoinConstraint::On(on) = constraint else { return Err(join.to_string()) };
        text += &format!(" {word} {} ON {}", join.relation, equality(on)?);
    }
    if text.contains('(') { Err(text) } else { Ok(text) }
}

fn equality(on: &Expr) -> Result<String, Foreign> {
    match on {
        Expr::BinaryOp { left, op, right } if op.to_string() == "AND" => {
            Ok(format!("{} AND {}", equality(left)?, equality(right)?))
        }
        Expr::BinaryOp { left, op, right } if op.to_string() == "=" => {
            Ok(format!("{} = {}", name(left)?, name(right)?))
        }
        other => Err(other.to_string()),
    }
}

/// The name of a column.
fn name(expr: &Expr) -> Result<String, Foreign> {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => Ok(expr.to_string()),
        other => Err(format!("{other} is no column")),
    }
}

fn expr(e: &Expr) -> Result<String, Foreign> {
    match e {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => name(e),
        Expr::Value(value) => match &value.value {
            Value::Number(_, false) | Value::SingleQuotedString(_) | Value::Null => Ok(value.to_string()),
            other => Err(other.to_string()),
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => Ok(format!("-{}", expr(inner)?)),
        Expr::Nested(inner) => Ok(format!("({})", expr(inner)?)),
        Expr::IsNull(inner) => Ok(format!("{} IS NULL", expr(inner)?)),
        Expr::IsNotNull(inner) => Ok(format!("{} IS NOT NULL", expr(inner)?)),
        Expr::BinaryOp { left, op, right } if OPERATORS.contains(&op.to_string().as_str()) => {
            Ok(format!("{} {op} {}", expr(left)?, expr(right)?))
        }
        Expr::InList { expr: value, list, negated: false } => Ok(format!("{} IN ({})", expr(value)?, all(list, expr)?)),
        Expr::Between { expr: value, negated: false, low, high } => {
            Ok(format!("{} BETWEEN {} AND {}", expr(value)?, expr(low)?, expr(high)?))
        }
        Expr::Case { operand: None, conditions, else_result: Some(otherwise), .. } => {
            let mut text = "CASE".to_owned();
            for when in conditions {
                text += &format!(" WHEN {} THEN {}", expr(&when.condition)?, expr(&when.result)?);
            }
            Ok(format!("{text} ELSE {} END", expr(otherwise)?))
        }
        Expr::Function(function) => call(function),
        other => Err(other.to_string()),
    }
}

fn call(function: &Function) -> Result<String, Foreign> {
    let word = function.name.to_string();
    let FunctionArguments::List(list) = &function.args else { return Err(function.to_string()) };
    let arguments = all(&list.args, |argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if word == "COUNT" => Ok("*".to_owned()),
        FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => expr(value),
        other => Err(other.to_string()),
    })?;
    let distinct = match list.duplicate_treatment {
        Some(DuplicateTreatment::Distinct) if word == "COUNT" => "DISTINCT ",
        Some(_) => return Err(function.to_string()),
        None => "",
    };
    let over = match (&function.over, word.as_str()) {
        (None, word) if AGGREGATES.contains(&word) => String::new(),
        (Some(WindowType::WindowSpec(spec)), "LAG" | "ROW_NUMBER") => window(spec, "")?,
        (Some(WindowType::WindowSpec(spec)), "SUM") => window(spec, RUNNING)?,
        _ => return Err(function.to_string()),
    };
    Ok(format!("{word}({distinct}{arguments}){over}"))
}

fn window(spec: &WindowSpec, frame: &str) -> Result<String, Foreign> {
    let (parts, order) = (all(&spec.partition_by, name)?, all(&spec.order_by, |by| name(&by.expr))?);
    if parts.is_empty() || order.is_empty() {
        Err(spec.to_string())
    } else {
        Ok(format!(" OVER (PARTITION BY {parts} ORDER BY {order}{frame})"))
    }
}

#[test]
fn every_statement_keeps_to_the_subset() {
    let mut seen = 0;
    for figure in statements().into_iter().chain([STAGE_2, FAILED, LOG, TRACES]) {
        for (name, text) in figure.statements().chain(figure.twins()) {
            seen += 1;
            statement(text).unwrap_or_else(|foreign| panic!("{}.sql, {name}: {foreign}", figure.name));
        }
        let all = figure.statements().count() + figure.twins().count();
        assert_eq!(figure.text.matches(";\n").count() + 1, all, "{}.sql", figure.name);
    }
    assert!(seen > statements().len());
}

#[test]
fn what_other_engines_do_differently_is_refused() {
    for foreign in [
        "SELECT a AS a FROM events e QUALIFY a = 1",
        "SELECT AVG(v) AS a FROM events",
        "SELECT quantile_disc(v, 1) AS a FROM events",
        "SELECT COUNT(*) FILTER (WHERE v > 1) AS a FROM events",
        "SELECT SUM(v) OVER (PARTITION BY a) AS a FROM events",
        "SELECT SUM(v) OVER (PARTITION BY a ORDER BY b) AS a FROM events",
        "SELECT LAG(v) OVER (PARTITION BY a) AS a FROM events",
        "SELECT a / 2 AS a FROM events",
        "SELECT ROUND(a) AS a FROM events",
        "SELECT CASE WHEN a = 1 THEN 1 END AS a FROM events",
        "SELECT a AS a FROM events CROSS JOIN sop_step",
        "SELECT a AS a FROM events, sop_step",
        "SELECT a AS a FROM events JOIN sop_step ON a < b",
        "SELECT a AS a FROM events FULL JOIN sop_step ON a = b",
        "SELECT DISTINCT a AS a FROM events",
        "SELECT COUNT(*) AS n FROM events GROUP BY a + 1",
        "SELECT COUNT(*) AS n FROM events GROUP BY 1",
        "SELECT a AS a FROM events UNION SELECT a AS a FROM events",
        "SELECT a AS a FROM events WHERE a IN (SELECT a FROM events)",
        "SELECT a AS a FROM (SELECT a FROM events)",
        "SELECT a AS a FROM read_parquet('x')",
        "SELECT a::TIMESTAMP AS a FROM events",
        "SELECT CURRENT_TIMESTAMP AS a FROM events",
        "SELECT a AS a FROM events LIMIT 3",
        "SELECT * FROM events",
        "DROP TABLE events",
    ] {
        assert!(statement(foreign).is_err(), "{foreign}");
    }
}
