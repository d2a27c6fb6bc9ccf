//! Compiles calls of functions: aggregate, window and scalar.

use super::aggregates::{Aggregate, Function};
use super::arithmetic::compare;
use super::datum::{Datum, Kind};
use super::expressions::{Compiler, of_one_kind};
use super::node::{Node, Typed};
use super::scalars::{scalar, unknown};
use super::windows::Window;
use super::words::is_among;
use super::{QueryError, refused};
use sqlparser::ast::Spanned;
use sqlparser::ast::{BinaryOperator, DuplicateTreatment, FunctionArg, FunctionArgExpr, FunctionArguments, WindowType};
use sqlparser::tokenizer::Span;
use std::cell::RefCell;

/// The functions that are implemented. A refusal repeats only these names.
pub(super) const FUNCTIONS: &str = "COUNT SUM AVG MIN MAX MEDIAN BOOL_AND BOOL_OR LOWER UPPER LENGTH TRIM LTRIM RTRIM SUBSTR SUBSTRING LEFT \
     RIGHT REPLACE CONCAT STRPOS INSTR CONTAINS STARTS_WITH ENDS_WITH SPLIT_PART LPAD RPAD COALESCE IFNULL \
     NULLIF GREATEST LEAST ABS ROUND FLOOR CEIL CEILING YEAR MONTH DAY HOUR MINUTE SECOND EXTRACT DATE_PART \
     DATEPART DATE_TRUNC DATETRUNC DATE_DIFF DATEDIFF EPOCH STRFTIME ROW_NUMBER RANK DENSE_RANK LAG LEAD \
     FIRST_VALUE POSITION";

/// The names under which SQL gives the current time.
const CLOCK: &str =
    "NOW TODAY CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP GET_CURRENT_TIMESTAMP";

impl Compiler<'_> {
    pub(super) fn function(&self, function: &sqlparser::ast::Function) -> Result<Typed, QueryError> {
        let name = function.name.to_string().to_uppercase();
        if is_among(&name, CLOCK) {
            return Err(refused("it asks the clock", "the clock is no part of an archive: write the day"));
        }
        if !is_among(&name, FUNCTIONS) {
            let at = function.name.0.first().map_or_else(Span::empty, Spanned::span);
            return Err(unknown(&name, at.start));
        }
        let has_no_additions = matches!(function.parameters, FunctionArguments::None)
            && function.null_treatment.is_none()
            && function.within_group.is_empty()
            && !function.uses_odbc_syntax;
        let FunctionArguments::List(list) = &function.args else {
            return Err(refused(format!("{name} stands without operands"), "write them in brackets"));
        };
        if !has_no_additions || !list.clauses.is_empty() {
            return Err(refused(format!("{name} has an addition that is not known here"), "leave the addition out"));
        }
        let is_star = matches!(list.args.as_slice(), [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]);
        let distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let operands = |compiler: &Compiler<'_>| {
            let compile = |argument: &FunctionArg| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => compiler.expr(expr),
                _ => Err(refused(format!("{name} has an operand with a name, or *"), "write columns and values")),
            };
            list.args.iter().map(compile).collect::<Result<Vec<_>, QueryError>>()
        };
        let filter = function.filter.as_deref();
        match (&function.over, Function::named(&name)) {
            (Some(_), _) if distinct || filter.is_some() => {
                Err(refused("a window function has DISTINCT or FILTER", "use CASE inside of it, or GROUP BY"))
            }
            (Some(over), _) => {
                self.window(&name, over, |compiler| if is_star { Ok(None) } else { operands(compiler).map(Some) })
            }
            (None, None) if distinct || filter.is_some() || is_star => {
                let instead = "these are for COUNT, SUM, MIN, MAX and AVG";
                Err(refused(format!("{name} has DISTINCT, FILTER or *"), instead))
            }
            (None, None) => self.scalar(&name, operands(self)?),
            (None, Some(aggregate)) => {
                let of_rows = Compiler::of_rows(self.planner, self.columns);
                let filter = filter.map(|filter| of_rows.condition(filter)).transpose()?;
                let of = if is_star { None } else { Some(operands(&of_rows)?) };
                self.aggregate(&name, aggregate, of, distinct, filter)
            }
        }
    }

    /// Compiles a window function, and gives it the next place among the window functions of the SELECT.
    fn window(
        &self,
        name: &str,
        over: &WindowType,
        operands: impl Fn(&Compiler<'_>) -> Result<Option<Vec<Typed>>, QueryError>,
    ) -> Result<Typed, QueryError> {
        let Some(windows) = &self.windows else {
            return Err(refused(
                "a window function stands in a condition or in another function",
                "compute it in a subquery: SELECT … FROM (SELECT …, ROW_NUMBER() OVER (…) AS n FROM events) AS t WHERE n = 1",
            ));
        };
        let inner = Compiler { windows: None, aggregates: RefCell::default(), ..*self };
        inner.aggregates.replace(self.aggregates.take());
        let window = operands(&inner).and_then(|operands| Window::new(&inner, name, operands, over));
        self.aggregates.replace(inner.aggregates.take());
        let (window, kind) = window?;
        windows.borrow_mut().push(window);
        Ok(Typed { node: Node::Window(windows.borrow().len() - 1), kind })
    }

    /// Compiles an aggregate function. Without operands it is of `*`.
    fn aggregate(
        &self,
        name: &str,
        function: Function,
        operands: Option<Vec<Typed>>,
        distinct: bool,
        filter: Option<Node>,
    ) -> Result<Typed, QueryError> {
        let Some(keys) = self.keys else {
            let what = format!("{name} of many rows stands in WHERE, GROUP BY, ON, or in another such function");
            return Err(refused(what, "put it into HAVING, or compute it in a subquery first"));
        };
        let (of, kind) = match operands.as_deref() {
            None if function == Function::Count && !distinct => (None, Kind::Null),
            None => return Err(refused(format!("{name}(*) is not known here"), "write COUNT(*), or the column")),
            Some([one]) => (Some(one.node.clone()), one.kind),
            Some(_) => return Err(refused(format!("{name} has other than one operand"), "write one column or value")),
        };
        let Some(result) = function.kind(kind) else {
            return Err(refused(format!("{name} is not for {kind}"), "use COUNT, MIN or MAX, or CAST(… AS DOUBLE)"));
        };
        let aggregate = Aggregate { function, of, kind, distinct, filter };
        let mut all = self.aggregates.borrow_mut();
        let place = all.iter().position(|one| *one == aggregate).unwrap_or(all.len());
        if place == all.len() {
            all.push(aggregate);
        }
        Ok(Typed::column(keys.len() + place, result))
    }

    /// Compiles a scalar function.
    fn scalar(&self, name: &str, operands: Vec<Typed>) -> Result<Typed, QueryError> {
        let pick: fn(&[Datum]) -> Option<Datum> = match name {
            "IFNULL" if operands.len() != 2 => {
                return Err(refused("IFNULL has other than two operands", "write COALESCE(a, b, c)"));
            }
            "COALESCE" | "IFNULL" => |v| v.iter().find(|v| !v.is_null()).cloned(),
            "GREATEST" => |v| v.iter().filter(|v| !v.is_null()).max().cloned(),
            "LEAST" => |v| v.iter().filter(|v| !v.is_null()).min().cloned(),
            "NULLIF" => {
                let [first, second] = <[Typed; 2]>::try_from(operands)
                    .map_err(|_| refused("NULLIF has other than two operands", "write NULLIF(a, b)"))?;
                let equal = compare(first.clone(), &BinaryOperator::Eq, second)?;
                let branches = vec![(equal.node, Node::Literal(Datum::Null))];
                return Ok(Typed { node: Node::Case(branches, Box::new(first.node)), kind: first.kind });
            }
            _ => return scalar(name, operands),
        };
        let (operands, kind) = of_one_kind(operands)?;
        let nodes = operands.into_iter().map(|operand| operand.node).collect();
        // If all of the operands are NULL, nothing is picked, and the result is NULL too.
        Ok(Typed::call_with_null(name, kind, nodes, move |v| Ok(pick(v).unwrap_or(Datum::Null))))
    }
}
