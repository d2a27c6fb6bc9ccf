//! The clauses of a SELECT: refuses those that are not implemented, and reads LIMIT and OFFSET.

use super::{QueryError, refused};
use sqlparser::ast::{Distinct, Expr, LimitClause, Select, SelectFlavor};

/// Returns how many rows OFFSET skips, and how many LIMIT takes at most.
pub(super) fn slice(limit: Option<&LimitClause>) -> Result<(usize, usize), QueryError> {
    let number = |expr: &Expr| {
        expr.to_string().parse::<usize>().map_err(|_| refused("LIMIT or OFFSET is no number", "write a number"))
    };
    match limit {
        None => Ok((0, usize::MAX)),
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) if limit_by.is_empty() => {
            let skip = offset.as_ref().map_or(Ok(0), |offset| number(&offset.value))?;
            Ok((skip, limit.as_ref().map_or(Ok(usize::MAX), number)?))
        }
        Some(_) => Err(refused("LIMIT has two numbers or BY", "write LIMIT 10 OFFSET 20")),
    }
}

/// Refuses clauses of a SELECT that would otherwise be ignored.
pub(super) fn check_clauses(select: &Select) -> Result<(), QueryError> {
    let Select {
        select_token: _,
        optimizer_hints,
        distinct,
        select_modifiers,
        top,
        top_before_distinct: _,
        projection: _,
        exclude,
        into,
        from: _,
        lateral_views,
        prewhere,
        selection: _,
        connect_by,
        group_by: _,
        cluster_by,
        distribute_by,
        sort_by,
        having: _,
        named_window,
        qualify,
        window_before_qualify: _,
        value_table_mode,
        flavor,
    } = select;
    let unsupported = [
        (matches!(distinct, Some(Distinct::On(_))), "DISTINCT ON", "number the rows with ROW_NUMBER() in a subquery"),
        (
            qualify.is_some(),
            "QUALIFY",
            "compute it in a subquery: SELECT … FROM (SELECT …, ROW_NUMBER() OVER (…) AS n FROM events) AS t WHERE n = 1",
        ),
        (!named_window.is_empty(), "WINDOW", "write the window out: OVER (PARTITION BY … ORDER BY …)"),
        (top.is_some(), "TOP", "write LIMIT"),
        (*flavor != SelectFlavor::Standard, "FROM without SELECT before it", "write SELECT … FROM events"),
        (exclude.is_some(), "EXCLUDE", "write the columns"),
        (into.is_some(), "INTO", "a question writes nothing"),
        (
            !optimizer_hints.is_empty()
                || select_modifiers.is_some()
                || !lateral_views.is_empty()
                || prewhere.is_some()
                || !connect_by.is_empty()
                || !cluster_by.is_empty()
                || !distribute_by.is_empty()
                || !sort_by.is_empty()
                || value_table_mode.is_some(),
            "an addition to SELECT",
            "write SELECT … FROM … WHERE … GROUP BY … HAVING … ORDER BY …",
        ),
    ];
    match unsupported.into_iter().find(|(is_present, ..)| *is_present) {
        Some((_, what, instead)) => Err(refused(format!("{what} is not known here"), instead)),
        None => Ok(()),
    }
}
