//! Every route of the portal, with who may ask for it. What is not here does not exist.
//!
//! Rule    what changes something is a POST; a GET never does

use schemas::Right;

/// How a route is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
}

/// Who may ask for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Also who is not signed in.
    Anybody,
    /// Who is signed in.
    Visitor,
    /// Whose role has the right.
    Holder(Right),
}

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Start,
    SignIn,
    Enter,
    Leave,
    LeaveEverywhere,
    Account,
    Review,
    Picture,
    Origin,
    Rerun,
    Cases,
    Targets,
    EnterTarget,
    Finding,
    Remark,
    WhatIf,
    WhatIfPicture,
    Documents,
    DocumentFile,
    Compliance,
    Calendar,
    Question,
    Ask,
    Inquiry,
    CancelInquiry,
    InquiryElsewhere,
    Lookers,
    Printed,
    CheckPrinted,
    TraceForm,
    AskTrace,
    Trace,
    PersonForm,
    AskPerson,
    Person,
    Proofs,
    Proof,
    Statement,
    Continued,
    Verification,
    Verify,
    CancelVerification,
    VerificationFile,
    Comparisons,
    Comparison,
    Compare,
    CancelComparison,
    ComparisonFile,
    Bundle,
    MakeBundle,
    CancelBundle,
    BundleFile,
    Disposals,
    ProposeDisposal,
    ApproveDisposal,
    Jobs,
    Run,
    RunNow,
    Abort,
    System,
    Description,
    Schema,
    Alive,
    Asset,
}

/// A route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) page: Page,
}

impl Page {
    /// Whether it is of tables, which are also asked for by the ending of a file.
    pub(super) fn has_tables(self) -> bool {
        matches!(
            self,
            Self::Targets
                | Self::Finding
                | Self::Jobs
                | Self::System
                | Self::Documents
                | Self::Origin
                | Self::WhatIf
                | Self::Inquiry
                | Self::Lookers
        )
    }
}

impl Route {
    /// Whether a path is one of it.
    pub(super) fn is_of(&self, path: &str) -> bool {
        let is_part = |(own, asked): (&str, &str)| own == asked || (own.starts_with('{') && !asked.is_empty());
        let parts = |path: &str| path.split('/').count();
        parts(self.path) == parts(path) && self.path.split('/').zip(path.split('/')).all(is_part)
    }

    /// Whether a machine may ask for it with a token: it gives data, and changes nothing.
    pub(super) fn is_for_machines(&self) -> bool {
        matches!(
            self.page,
            Page::Start
                | Page::Review
                | Page::Compliance
                | Page::Calendar
                | Page::Documents
                | Page::DocumentFile
                | Page::Jobs
                | Page::Run
                | Page::System
                | Page::Description
                | Page::Schema
                | Page::Alive
                | Page::Origin
                | Page::Rerun
                | Page::Cases
                | Page::Targets
                | Page::Finding
                | Page::WhatIf
        )
    }
}

const fn get(path: &'static str, access: Access, page: Page) -> Route {
    Route { method: Method::Get, path, access, page }
}

const fn post(path: &'static str, access: Access, page: Page) -> Route {
    Route { method: Method::Post, path, access, page }
}

const REVIEW: Access = Access::Holder(Right::Review);
const ORIGIN: Access = Access::Holder(Right::Origin);
const DECIDE: Access = Access::Holder(Right::Decide);
const QUERY: Access = Access::Holder(Right::Query);
const PERSONS: Access = Access::Holder(Right::Persons);
const VERIFY: Access = Access::Holder(Right::Verify);
const BUNDLE: Access = Access::Holder(Right::Bundle);
const DISPOSE: Access = Access::Holder(Right::Dispose);
const JOBS: Access = Access::Holder(Right::Jobs);
const SYSTEM: Access = Access::Holder(Right::System);
const OPERATE: Access = Access::Holder(Right::Operate);

/// All of them.
pub(super) const ROUTES: [Route; 80] = [
    get("/", Access::Visitor, Page::Start),
    get("/tinjauan", REVIEW, Page::Start),
    get("/kepatuhan", REVIEW, Page::Start),
    get("/dokumen", REVIEW, Page::Start),
    get("/masuk", Access::Anybody, Page::SignIn),
    post("/masuk", Access::Anybody, Page::Enter),
    post("/keluar", Access::Visitor, Page::Leave),
    post("/keluar/semua", Access::Visitor, Page::LeaveEverywhere),
    get("/akun", Access::Visitor, Page::Account),
    get("/tinjauan/{bulan}", REVIEW, Page::Review),
    get("/tinjauan/{bulan}/{gambar}", REVIEW, Page::Picture),
    get("/angka/{bulan}/{metrik}/{item}", ORIGIN, Page::Origin),
    get("/angka/{bulan}/{metrik}/{item}/duckdb.sql", ORIGIN, Page::Rerun),
    get("/angka/{bulan}/{metrik}/{item}/{baris}", Access::Holder(Right::Cases), Page::Cases),
    get("/target", REVIEW, Page::Targets),
    get("/target.csv", REVIEW, Page::Targets),
    get("/target.json", REVIEW, Page::Targets),
    get("/target.xlsx", REVIEW, Page::Targets),
    post("/target", DECIDE, Page::EnterTarget),
    get("/temuan/{bulan}/{kode}", REVIEW, Page::Finding),
    post("/temuan/{bulan}/{kode}/catatan", DECIDE, Page::Remark),
    get("/andai/{bulan}/{metrik}", REVIEW, Page::WhatIf),
    get("/andai/{bulan}/{metrik}/{gambar}", REVIEW, Page::WhatIfPicture),
    get("/dokumen/{bulan}", REVIEW, Page::Documents),
    get("/dokumen/{bulan}/{berkas}", REVIEW, Page::DocumentFile),
    get("/kepatuhan/{bulan}", REVIEW, Page::Compliance),
    get("/kalender", REVIEW, Page::Calendar),
    get("/kalender/{tahun}", REVIEW, Page::Calendar),
    get("/kueri", QUERY, Page::Question),
    post("/kueri", QUERY, Page::Ask),
    get("/kueri/{id}", QUERY, Page::Inquiry),
    post("/kueri/{id}/batal", QUERY, Page::CancelInquiry),
    get("/kueri/{id}/duckdb.sql", QUERY, Page::InquiryElsewhere),
    get("/telusur", QUERY, Page::TraceForm),
    post("/telusur", QUERY, Page::AskTrace),
    get("/telusur/{id}", QUERY, Page::Trace),
    get("/telusur-orang", PERSONS, Page::PersonForm),
    post("/telusur-orang", PERSONS, Page::AskPerson),
    get("/telusur-orang/{id}", PERSONS, Page::Person),
    get("/bukti", QUERY, Page::Proofs),
    get("/bukti/{nama}", QUERY, Page::Proof),
    get("/titik-periksa/{ukuran}", QUERY, Page::Statement),
    get("/titik-periksa/{lama}/{baru}", QUERY, Page::Continued),
    get("/periksa", REVIEW, Page::Printed),
    post("/periksa", REVIEW, Page::CheckPrinted),
    get("/verifikasi", VERIFY, Page::Verification),
    post("/verifikasi", VERIFY, Page::Verify),
    post("/verifikasi/batal", VERIFY, Page::CancelVerification),
    get("/verifikasi/{berkas}", VERIFY, Page::VerificationFile),
    get("/rekonsiliasi", VERIFY, Page::Comparisons),
    get("/rekonsiliasi/{bulan}", VERIFY, Page::Comparison),
    post("/rekonsiliasi/{bulan}", VERIFY, Page::Compare),
    post("/rekonsiliasi/{bulan}/batal", VERIFY, Page::CancelComparison),
    get("/rekonsiliasi/{bulan}/{berkas}", VERIFY, Page::ComparisonFile),
    get("/paket", BUNDLE, Page::Bundle),
    post("/paket", BUNDLE, Page::MakeBundle),
    post("/paket/batal", BUNDLE, Page::CancelBundle),
    get("/paket/{berkas}", BUNDLE, Page::BundleFile),
    get("/pemusnahan", DISPOSE, Page::Disposals),
    post("/pemusnahan", DISPOSE, Page::ProposeDisposal),
    post("/pemusnahan/{sidik}/setujui", DECIDE, Page::ApproveDisposal),
    get("/log-akses", Access::Visitor, Page::Lookers),
    get("/log-akses.csv", Access::Visitor, Page::Lookers),
    get("/log-akses.json", Access::Visitor, Page::Lookers),
    get("/log-akses.xlsx", Access::Visitor, Page::Lookers),
    get("/pekerjaan", JOBS, Page::Jobs),
    get("/pekerjaan.csv", JOBS, Page::Jobs),
    get("/pekerjaan.json", JOBS, Page::Jobs),
    get("/pekerjaan.xlsx", JOBS, Page::Jobs),
    get("/pekerjaan/{id}", JOBS, Page::Run),
    post("/pekerjaan/{id}/jalankan", OPERATE, Page::RunNow),
    post("/pekerjaan/{id}/batal", OPERATE, Page::Abort),
    get("/sistem", SYSTEM, Page::System),
    get("/sistem.csv", SYSTEM, Page::System),
    get("/sistem.json", SYSTEM, Page::System),
    get("/sistem.xlsx", SYSTEM, Page::System),
    get("/api/openapi.json", Access::Visitor, Page::Description),
    get("/api/{nama}", Access::Visitor, Page::Schema),
    get("/sehat", Access::Anybody, Page::Alive),
    get("/aset/{nama}", Access::Anybody, Page::Asset),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_path_is_of_one_route_whatever_its_names_are() {
        let of = |path: &str| ROUTES.iter().find(|route| route.is_of(path)).map(|route| route.path);
        assert_eq!(of("/tinjauan/2026-10"), Some("/tinjauan/{bulan}"));
        assert_eq!((of("/"), of("/sehat")), (Some("/"), Some("/sehat")));
        for other in ["", "//evil.example", "/\\evil.example", "/tinjauan/", "/tidak/ada", "/tinjauan/2026-10/a/b"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    /// The description of the routes for programs says the same as the table, each way round.
    #[test]
    fn every_route_is_described_and_nothing_else() {
        let text = include_str!("../../../schemas/portal.openapi.json");
        let described: serde_json::Value = serde_json::from_str(text).unwrap();
        let (mut said, mut for_machines) = (BTreeSet::new(), BTreeSet::new());
        for (path, methods) in described["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let access = operation["x-akses"].as_str().unwrap_or_else(|| panic!("{method} {path} has no x-akses"));
                said.insert((method.clone(), path.clone(), access.to_owned()));
                let named: Vec<&str> = operation["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|p| p["name"].as_str())
                    .collect();
                // What everybody may ask for, a machine may too.
                let names_token =
                    operation["security"].as_array().into_iter().flatten().any(|of| of["token"].is_array());
                let is_open = access == "semua";
                if names_token {
                    assert!(for_machines.insert((method.clone(), path.clone())) && !is_open, "{method} {path}");
                }
                for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                    assert!(named.contains(&name), "{path}: {name}");
                }
            }
        }
        let method = |route: &Route| match route.method {
            Method::Get => "get".to_owned(),
            Method::Post => "post".to_owned(),
        };
        let known = ROUTES.iter().map(|route| {
            let access = match route.access {
                Access::Anybody => "semua".to_owned(),
                Access::Visitor => "masuk".to_owned(),
                Access::Holder(right) => serde_json::to_value(right).unwrap().as_str().unwrap().to_owned(),
            };
            (method(route), route.path.to_owned(), access)
        });
        assert_eq!(known.collect::<BTreeSet<_>>(), said);
        let closed = ROUTES.iter().filter(|route| route.is_for_machines() && route.access != Access::Anybody);
        assert_eq!(closed.map(|route| (method(route), route.path.to_owned())).collect::<BTreeSet<_>>(), for_machines);
    }
}
