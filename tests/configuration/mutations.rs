//! What may go wrong when somebody edits tertib.toml, and what is to be answered.

/// One edit of `full.toml`: a text that stands there once, what stands there instead, and words of the answer. The `¦` marks the
/// line and the column that the answer must name.
pub(crate) struct Mutation(pub &'static str, pub &'static str, pub &'static str);

/// Keys, words and types that there are not, and keys that are missing: the schema refuses them, too.
pub(crate) const SHAPE: &[Mutation] = &[
    // Misspelt keys, in every section.
    Mutation("bahasa = \"id\"", "¦bahsa = \"id\"", "there is no key `bahsa`; did you mean `bahasa`?"),
    Mutation("facts = \"fakta\"", "¦fact = \"fakta\"", "there is no key `fact`; did you mean `facts`?"),
    Mutation("state = \"keadaan\"", "¦State = \"keadaan\"", "there is no key `State`; did you mean `state`?"),
    Mutation("[source]", "[¦sourse]", "there is no section [sourse]; did you mean [source]?"),
    Mutation("[archive]", "[¦arsip]", "there is no section [arsip]; known are `bahasa`, `source`, `archive`"),
    Mutation("[office]\n", "[¦ofice]\n", "there is no section [ofice]; did you mean [office]?"),
    Mutation("[reports]", "[¦report]", "there is no section [report]; did you mean [reports]?"),
    Mutation("[render]", "[¦rander]", "there is no section [rander]; did you mean [render]?"),
    Mutation(
        "[[backup]]\nname = \"usb\"",
        "[[¦backups]]\nname = \"usb\"",
        "there is no section [backups]; did you mean [backup]?",
    ),
    Mutation(
        "[[job]]\nname = \"tarik\"",
        "[[¦jobs]]\nname = \"tarik\"",
        "there is no section [jobs]; did you mean [job]?",
    ),
    Mutation(
        "[[channel]]\nname = \"surel\"",
        "[[¦chanel]]\nname = \"surel\"",
        "there is no section [chanel]; did you mean [channel]?",
    ),
    Mutation("name = \"kantor\"", "¦nama = \"kantor\"", "there is no key `nama` in [source]; did you mean `name`?"),
    Mutation("url = \"postgres", "¦uri = \"postgres", "there is no key `uri` in [source]; did you mean `url`?"),
    Mutation("view = ", "¦veiw = ", "there is no key `veiw` in [source]; did you mean `view`?"),
    Mutation("outages = ", "¦outage = ", "did you mean `outages`?"),
    Mutation("stock = ", "¦stok = ", "did you mean `stock`?"),
    Mutation("zone = ", "¦zona_waktu = ", "there is no key `zona_waktu` in [source]"),
    Mutation("lookback-days = ", "¦lookback_days = ", "did you mean `lookback-days`?"),
    Mutation("slice-rows = ", "¦slice-row = ", "did you mean `slice-rows`?"),
    Mutation("statement-timeout-seconds = ", "¦statement-timeout = ", "did you mean `statement-timeout-seconds`?"),
    Mutation("lock-timeout-seconds = ", "¦lock-timeout-second = ", "did you mean `lock-timeout-seconds`?"),
    Mutation("answer-timeout-seconds = ", "¦answer-time-out-seconds = ", "did you mean `answer-timeout-seconds`?"),
    Mutation("rows-per-second = ", "¦row-per-second = ", "did you mean `rows-per-second`?"),
    Mutation("retries = ", "¦retry = ", "did you mean `retries`?"),
    Mutation("may-write = ", "¦may-wirte = ", "did you mean `may-write`?"),
    Mutation("csv-null = ", "¦csv_null = ", "did you mean `csv-null`?"),
    Mutation(
        "[source.columns]",
        "[source.¦column]",
        "there is no section [source.column]; did you mean [source.columns]?",
    ),
    Mutation(
        "[source.formats]",
        "[source.¦format]",
        "there is no section [source.format]; did you mean [source.formats]?",
    ),
    Mutation("langkah = \"step\"", "¦langka = \"step\"", "did you mean `langkah`?"),
    Mutation("[source.values.hasil]", "[source.values.¦hasl]", "did you mean `hasil`?"),
    Mutation("tanggal_lahir = ", "¦tgl_lahir = ", "did you mean `tanggal_lahir`?"),
    Mutation("path = \"archive\"", "¦pah = \"archive\"", "there is no key `pah` in [archive]; did you mean `path`?"),
    Mutation("key = \"kunci.key\"", "¦kei = \"kunci.key\"", "did you mean `key`?"),
    Mutation("lock = true", "¦locks = true", "did you mean `lock`?"),
    Mutation("pemerintah = ", "¦pemerinta = ", "there is no key `pemerinta` in [office]; did you mean `pemerintah`?"),
    Mutation("tempat = ", "¦tempatt = ", "did you mean `tempat`?"),
    Mutation("zona = \"WIB\"", "¦zone = \"WIB\"", "did you mean `zona`?"),
    Mutation(
        "[office.mengetahui]",
        "[office.¦mengetahi]",
        "there is no section [office.mengetahi]; did you mean [office.mengetahui]?",
    ),
    Mutation(
        "[office.penanggung_jawab]",
        "[office.¦penanggung-jawab]",
        "there is no section [office.penanggung-jawab]; did you mean [office.penanggung_jawab]?",
    ),
    Mutation(
        "jabatan = \"Kepala",
        "¦jabatn = \"Kepala",
        "there is no key `jabatn` in [office.mengetahui]; did you mean `jabatan`?",
    ),
    Mutation(
        "path = \"laporan\"",
        "¦folder = \"laporan\"",
        "there is no key `folder` in [reports]; known are `path`, `templates`",
    ),
    Mutation("templates = ", "¦template = ", "did you mean `templates`?"),
    Mutation("[monitoring]", "[¦monitor]", "there is no section [monitor]; did you mean [monitoring]?"),
    Mutation(
        "ping-url-file = ",
        "¦ping-url = ",
        "there is no key `ping-url` in [monitoring]; did you mean `ping-url-file`?",
    ),
    Mutation(
        "ping-minutes = 5",
        "ping-minutes = ¦\"5 menit\"",
        "a whole number from 0 on is expected here in [monitoring], not a text",
    ),
    Mutation("typst = ", "¦typest = ", "there is no key `typest` in [render]; did you mean `typst`?"),
    Mutation("deadline-seconds = 300", "¦deadline = 300", "did you mean `deadline-seconds`?"),
    Mutation("memory-mb = ", "¦memory-gb = ", "did you mean `memory-mb`?"),
    Mutation("target = \"/media", "¦targt = \"/media", "there is no key `targt` in [backup]; did you mean `target`?"),
    Mutation("encrypted = \"luks\"", "¦encryption = \"luks\"", "did you mean `encrypted`?"),
    Mutation("removable = true", "¦removeable = true", "did you mean `removable`?"),
    Mutation("late-after-days = 7", "¦late-after = 7", "did you mean `late-after-days`?"),
    Mutation("endpoint = ", "¦end-point = ", "did you mean `endpoint`?"),
    Mutation("secret-key-file = ", "¦secret-key = ", "did you mean `secret-key-file`?"),
    Mutation("public-only = true", "¦public_only = true", "did you mean `public-only`?"),
    Mutation("fetch = [", "¦fecth = [", "did you mean `fetch`?"),
    Mutation("cron = \"*/30", "¦crom = \"*/30", "there is no key `crom` in [job]; did you mean `cron`?"),
    Mutation("catch-up = \"last\"", "¦catchup = \"last\"", "did you mean `catch-up`?"),
    Mutation("deadline-minutes = ", "¦deadline-minute = ", "did you mean `deadline-minutes`?"),
    Mutation("when = ", "¦wen = ", "did you mean `when`?"),
    Mutation("after = ", "¦afer = ", "did you mean `after`?"),
    Mutation("after-required = ", "¦after-require = ", "did you mean `after-required`?"),
    Mutation("give-up-hours = ", "¦give-up-days = ", "did you mean `give-up-hours`?"),
    Mutation("server = \"mail", "¦sever = \"mail", "there is no key `sever` in [channel]; did you mean `server`?"),
    Mutation("password-file = ", "¦password = ", "did you mean `password-file`?"),
    Mutation("at-any-hour = ", "¦at-any-hours = ", "did you mean `at-any-hour`?"),
    Mutation("secret-file = ", "¦secret-files = ", "did you mean `secret-file`?"),
    Mutation("arguments = ", "¦argument = ", "did you mean `arguments`?"),
    // Words of enumerations.
    Mutation("bahasa = \"id\"", "bahasa = ¦\"indonesia\"", "`indonesia` is no word for this key"),
    Mutation("zona = \"WIB\"", "zona = ¦\"WITT\"", "`WITT` is no word for this key in [office]; did you mean `WIT"),
    Mutation(
        "encrypted = \"luks\"",
        "encrypted = ¦\"lux\"",
        "`lux` is no word for this key in [backup]; did you mean `luks`?",
    ),
    Mutation("task = \"verify\"", "task = ¦\"verifi\"", "did you mean `verify`?"),
    Mutation("task = \"monthly-reports\"", "task = ¦\"monthly-report\"", "did you mean `monthly-reports`?"),
    Mutation("catch-up = \"all\"", "catch-up = ¦\"al\"", "did you mean `all`?"),
    Mutation("type = \"email\"", "type = ¦\"e-mail\"", "did you mean `email`?"),
    Mutation("security = \"starttls\"", "security = ¦\"startls\"", "did you mean `starttls`?"),
    Mutation("\"alarms\", \"reports\"", "¦\"alarm\", \"reports\"", "did you mean `alarms`?"),
    Mutation("form = \"json\"", "form = ¦\"jsn\"", "did you mean `json`?"),
    // Values of the wrong type.
    Mutation(
        "url = \"postgres://pembaca:RAHASIA-1@10.0.0.5:5432/kantor\"",
        "url = ¦[\"postgres://pembaca:RAHASIA-1@10.0.0.5/kantor\"]",
        "a text between quotes is expected here in [source], not a list",
    ),
    Mutation("view = \"workflow_events\"", "view = ¦7", "a text between quotes is expected here in [source], not 7"),
    Mutation(
        "lookback-days = 14",
        "lookback-days = ¦\"RAHASIA-4\"",
        "a whole number from 0 on is expected here in [source], not a text",
    ),
    Mutation(
        "lookback-days = 14",
        "lookback-days = ¦-1",
        "a whole number from 0 on is expected here in [source], not -1",
    ),
    Mutation("lookback-days = 14", "lookback-days = ¦14.5", "a whole number from 0 on is expected here in [source]"),
    Mutation("slice-rows = 20000000", "slice-rows = ¦0", "a whole number from 1 on is expected here in [source]"),
    Mutation(
        "retries = 6",
        "retries = ¦true",
        "a whole number from 0 on is expected here in [source], not true or false",
    ),
    Mutation("may-write = false", "may-write = ¦\"tidak\"", "true or false is expected here in [source], not a text"),
    Mutation("lock = true", "lock = ¦1", "true or false is expected here in [archive], not 1"),
    Mutation(
        "path = \"archive\"",
        "path = ¦{ folder = \"archive\" }",
        "a text between quotes is expected here in [archive], not a section",
    ),
    Mutation(
        "jabatan = \"Kepala Dinas Kependudukan dan Pencatatan Sipil\"",
        "jabatan = ¦2026-11-29",
        "a text between quotes is expected here in [office.mengetahui], not a date or time",
    ),
    Mutation(
        "memory-mb = 2048",
        "memory-mb = ¦\"2 GB\"",
        "a whole number from 0 on is expected here in [render], not a text",
    ),
    Mutation(
        "late-after-days = 7",
        "late-after-days = ¦\"seminggu\"",
        "a whole number from 0 on is expected here in [backup]",
    ),
    Mutation(
        "command = [\"restic\", \"-r\", \"sftp:nas:/tertib\", \"backup\", \"--files-from-verbatim\", \"-\"]",
        "command = ¦\"restic backup\"",
        "a list between [ and ] is expected here in [backup], not a text",
    ),
    Mutation(
        "after = [\"tarik\"]",
        "after = ¦\"tarik\"",
        "a list between [ and ] is expected here in [job], not a text",
    ),
    Mutation(
        "deadline-minutes = 45",
        "deadline-minutes = ¦\"45\"",
        "a whole number from 0 on is expected here in [job], not a text",
    ),
    Mutation("port = 587", "port = ¦70000", "a whole number from 0 to 65535 is expected here in [channel]"),
    Mutation(
        "to = [\"kepala@contoh.go.id\"]",
        "to = ¦\"kepala@contoh.go.id\"",
        "a list between [ and ] is expected here in [channel], not a text",
    ),
    Mutation("most-a-day = 20", "most-a-day = ¦0", "a whole number from 1 on is expected here in [channel]"),
    Mutation(
        "headers = { Authorization = \"Bearer RAHASIA-3\" }",
        "headers = ¦\"Bearer RAHASIA-3\"",
        "a section with keys is expected here in [channel], not a text",
    ),
    Mutation("\"Perekaman\" = 3", "\"Perekaman\" = ¦3.5", "a word of the contract in quotes, the number of a step"),
    Mutation("[archive]", "¦[[archive]]", "[archive] is one section; write it between single brackets"),
    // Keys that are missing.
    Mutation("pemerintah = \"PEMERINTAH KABUPATEN TANGGAMUS\"\n", "", "the key `pemerintah` is missing in [office]"),
    Mutation("tempat = \"Kota Agung\"\n", "", "the key `tempat` is missing in [office]"),
    Mutation(
        "jabatan = \"Petugas Registrasi dan Pengarsipan\"\n",
        "",
        "the key `jabatan` is missing in [office.penanggung_jawab]",
    ),
    Mutation("[[backup]]\nname = \"usb\"\n", "¦[[backup]]\n", "the key `name` is missing in [backup]"),
    Mutation("target = \"cadangan\"\n", "", "the key `target` is missing in [backup]"),
    Mutation("task = \"backup\"\n", "", "the key `task` is missing in [job]"),
    Mutation("cron = \"30 18 * * *\"\n", "", "the key `cron` is missing in [job]"),
    Mutation("type = \"command\"\n", "", "the key `type` is missing in [channel]"),
];

/// What only the program knows.
pub(crate) const MEANING: &[Mutation] = &[
    Mutation("preset = \"fonnte\"", "preset = ¦\"fonte\"", "did you mean `fonnte`?"),
    Mutation("= \"gagal_cetak\"", "= ¦\"gagal_ceta\"", "did you mean `gagal_cetak`?"),
    Mutation("\"Perekaman\" = 3", "\"Perekaman\" = ¦33", "`33`"),
    Mutation("server = \"mail.contoh.go.id\"\n", "", "`server` is missing"),
    Mutation("program = \"/usr/local/bin/kabarkan\"\n", "", "`program` is missing"),
    Mutation("user = \"tertib@contoh.go.id\"\n", "", "`user` and `password-file` go together"),
    Mutation(
        "zone = \"Asia/Jakarta\"",
        "zone = ¦\"Asia/Jakrta\"",
        "`Asia/Jakrta` is not a time zone; did you mean `Asia/Jakarta`?",
    ),
    Mutation("tanggal_lahir = \"%d-%m-%Y\"", "tanggal_lahir = ¦\"%d-%m-%y\"", "two digits of a year"),
    Mutation("mulai = \"%d-%m-%Y %H:%M:%S\"", "langkah = ¦\"%d\"", "is no day and no time"),
    Mutation("path = \"archive\"", "path = ¦\".\"", "which holds the configuration itself"),
    Mutation("path = \"laporan\"", "path = ¦\"..\"", "which holds the configuration itself"),
    Mutation("name = \"diskominfo\"", "name = ¦\"usb\"", "each [[backup]] takes a name of its own"),
    Mutation("encrypted = \"luks\"\n", "", "say what encrypts the target"),
    Mutation(
        "target = \"s3://cadangan/tertib\"",
        "target = ¦\"https://u:RAHASIA-5@s3.example.go.id/tertib\"",
        "a target is a folder, or a bucket `s3://BUCKET/PREFIX`",
    ),
    Mutation("name = \"verifikasi\"", "name = ¦\"tarik\"", "two jobs are called `tarik`"),
    Mutation("cron = \"0 18 * * 1-5\"", "cron = ¦\"0 18 31 2 *\"", "is on no day"),
    Mutation("cron = \"0 18 * * 1-5\"", "cron = ¦\"pukul enam\"", "is not a cron expression of five fields"),
    Mutation("cron = \"0 18 * * 1-5\"", "cron = ¦\"0 25 * * 1-5\"", "is not a cron expression of five fields"),
    Mutation("when = \"hari-kerja 2\"", "when = ¦\"hari-krja 2\"", "write `hari-kerja`"),
    Mutation("when = \"hari-kerja 2\"", "when = ¦\"hari-kerja 31\"", "write `hari-kerja`"),
    Mutation("after = [\"tarik\"]", "after = ¦[\"tarek\"]", "which is no job; did you mean `tarik`?"),
    Mutation("after = [\"tarik\"]", "after = ¦[\"laporan\"]", "waits for itself"),
    Mutation("name = \"pesan\"", "name = ¦\"surel\"", "two channels are called `surel`"),
    Mutation("from = \"tertib@contoh.go.id\"", "from = ¦\"tertib di contoh\"", "is no e-mail address"),
    Mutation("to = [\"kepala@contoh.go.id\"]", "to = ¦[\"kepala\"]", "is no e-mail address"),
    Mutation("security = \"starttls\"", "security = ¦\"none\"", "write `unencrypted = true`"),
    Mutation("url = \"https://example", "url = ¦\"http://example", "write `unencrypted = true`"),
    Mutation(
        "body = { text = \"{{ subject }}\" }",
        "body = ¦{ text = \"{{ nama }}\" }",
        "a template cannot be filled in",
    ),
    Mutation("method = \"POST\"", "method = ¦\"KIRIM SAJA\"", "is no method of a request"),
    Mutation(
        "program = \"/usr/local/bin/kabarkan\"\n",
        "program = \"/usr/local/bin/kabarkan\"\nserver = ¦\"mail\"\n",
        "`server` is for type = \"email\"",
    ),
];

/// What cannot be read at all.
pub(crate) const NO_TOML: &[Mutation] = &[
    Mutation(
        "[[job]]\nname = \"tarik\"",
        "[job]\nname = \"tarik\"",
        "[job] stands above with one pair of brackets; write [[job]] there, too",
    ),
    Mutation("[archive]", "[archive¦", "unclosed table, expected `]`"),
    Mutation(
        "url = \"postgres://pembaca:RAHASIA-1@10.0.0.5:5432/kantor\"",
        "url = ¦postgres://pembaca:RAHASIA-1@10.0.0.5:5432/kantor",
        "a value is expected here in [source]; a text stands between quotes",
    ),
    Mutation(
        "url = \"postgres://pembaca:RAHASIA-1@10.0.0.5:5432/kantor\"",
        "url = \"postgres://pembaca:RAHASIA-1@10.0.0.5:5432/kantor¦",
        "this text in [source] does not end; `\"` is missing",
    ),
    Mutation(
        "view = \"workflow_events\"",
        "view = ¦",
        "a value is expected here in [source]; a text stands between quotes",
    ),
    Mutation("view = \"workflow_events\"", "view ¦\"workflow_events\"", "key with no value, expected `=`"),
    Mutation("view = \"workflow_events\"", "view = \"a\"\n¦view = \"b\"", "this key stands here a second time"),
    Mutation("[reports]", "[¦archive]", "the section [archive] stands here a second time"),
    Mutation(
        "typst = \"/usr/local/bin/typst\"",
        "typst = \"C:\\¦Program Files\\typst.exe\"",
        "a \\ between double quotes is no part of a path",
    ),
    Mutation("retries = 6", "retries = ¦6 kali", "a value is expected here in [source]"),
    Mutation("slice-rows = 20000000", "slice-rows = 20.000¦.000", "this is no value in [source]"),
];

impl Mutation {
    /// The whole file with the edit, and the mark.
    pub(crate) fn made(&self) -> String {
        let Self(from, to, _) = self;
        assert_eq!(crate::FULL.matches(from).count(), 1, "{from}");
        crate::FULL.replace(from, to)
    }
}
