//! A question, from the command line to the answer.
//!
//! Gives   the words of a question with its parameters; its answer, computed by a child process; the answer in a form
//! Rule    nothing is given before the whole answer is there, so that its digest, its rows and what was read are known first

mod attendant;
mod child;
mod elsewhere;
mod form;
mod order;
mod question;
mod room;

pub(crate) use attendant::{Options, attend};
pub(crate) use child::{Answered, Limits, Question, Refused, answered, examined};
pub(crate) use elsewhere::script;
pub(crate) use form::{Form, given, text, write};
pub(crate) use order::Asked;
pub(crate) use question::{listed, question};
