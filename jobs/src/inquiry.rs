//! A question, from the command line to the answer.
//!
//! Gives   the words of a question with its parameters; its answer, computed by a child process; the answer in a form
//! Rule    nothing is given before the whole answer is there, so that its digest, its rows and what was read are known first

mod attendant;
mod child;
mod form;
mod order;
mod question;
mod room;

pub(crate) use attendant::{Options, attend};
pub(crate) use child::{Limits, answered};
pub(crate) use form::{Form, given};
pub(crate) use question::{listed, question};
