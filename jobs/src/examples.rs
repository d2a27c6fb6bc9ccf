//! What is typed for what, at the end of each command's help.

pub(crate) const TERTIB: &str = "\
Examples:
  tertib demo                                  see everything with an invented office
  tertib init --source sqlite:kantor.sqlite    set up an office
  tertib status                                is everything in order?";

pub(crate) const DEMO: &str = "\
Examples:
  tertib demo                                  three months of an invented office, in ./tertib-demo
  tertib demo --dir coba --per-month 200       a smaller one, in another folder";

pub(crate) const CONTRACT: &str = "\
Examples:
  tertib contract                              every column with its type and allowed words
  tertib contract --sql postgres               a CREATE VIEW to fill in";

pub(crate) const INIT: &str = "\
Examples:
  tertib init --source sqlite:kantor.sqlite    in the folder work
  tertib init kantor --source postgres://pembaca@db/layanan --view v_tertib";

pub(crate) const DOCTOR: &str = "\
Examples:
  tertib doctor                                is everything ready for the next night?
  tertib doctor --config /etc/tertib/tertib.toml";

pub(crate) const PULL: &str = "\
Examples:
  tertib pull --dry-run                        what would come
  tertib pull                                  bring it in
  tertib pull --again 2026-10                  read a month again after it was corrected in the source";

pub(crate) const METRICS: &str = "\
Examples:
  tertib metrics                               the last month, summed up
  tertib metrics --month 2026-10 --by kecamatan
  tertib metrics --month 2026-10 --format json";

pub(crate) const CALENDAR: &str = "\
Examples:
  tertib calendar --year 2026                  months, hours and special days
  tertib calendar --year 2026 --format pdf     a page to check and sign";

pub(crate) const COMPLIANCE: &str = "\
Examples:
  tertib compliance                            the last month
  tertib compliance --month 2026-10 --failed terbit_24_jam
  tertib compliance --month 2026-10 --format csv";

pub(crate) const CONFORMANCE: &str = "\
Examples:
  tertib conformance                           the last month
  tertib conformance --month 2026-10 --format csv";

pub(crate) const DUPLICATES: &str = "\
Examples:
  tertib duplicates                            the last month
  tertib duplicates --month 2026-10 --probability 0.5";

pub(crate) const QUALITY: &str = "\
Examples:
  tertib quality                               findings of the last month, with what to do
  tertib quality --month 2026-10 --columns     how many rows have each column
  tertib quality --month 2026-10 --by officer";

pub(crate) const TARGET: &str = "\
Examples:
  tertib target list
  tertib target history";

pub(crate) const TARGET_LIST: &str = "\
Examples:
  tertib target list                           those of this month
  tertib target list --month 2026-10 --format csv";

pub(crate) const TARGET_SET: &str = "\
Examples:
  tertib target set waktu_langkah_02 --value 15 --article 'Pasal 4' --source 'SK 12/2026 halaman 3' --by Budi
  tertib target set kelengkapan_pemeriksaan_pertama --value 0.95 --article 'Pasal 5' --source 'SK 12/2026' --by Budi
  tertib target set waktu_langkah_02 --withdraw --source 'SK 14/2026 mencabut SK 12/2026' --by Budi";

pub(crate) const TARGET_TRY: &str = "\
Examples:
  tertib target try waktu_langkah_02 --value 15
  tertib target try kelengkapan_pemeriksaan_pertama --value 0.9 --from 2026-01 --pdf kelengkapan.pdf
  tertib target try waktu_penyelesaian --value 30 --jenis hilang --format csv";

pub(crate) const TARGET_HISTORY: &str = "\
Examples:
  tertib target history
  tertib target history waktu_langkah_02 --format json";

pub(crate) const REMARK: &str = "\
Examples:
  tertib remark add Q004 --text 'Sudah diperiksa; penduduk pindahan.' --by 'Sri, Kepala Dinas'
  tertib remark list --month 2026-10";

pub(crate) const REMARK_ADD: &str = "\
Examples:
  tertib remark add Q004 --text 'Sudah diperiksa; penduduk pindahan.' --by 'Sri, Kepala Dinas'
  tertib remark add Q021 --month 2026-09 --text 'Nomor dibetulkan di buku.' --by 'Budi, Kepala Seksi'";

pub(crate) const REMARK_LIST: &str = "\
Examples:
  tertib remark list
  tertib remark list --month 2026-10 --format json";

pub(crate) const RENDER: &str = "\
Examples:
  tertib render                                the documents of the last month as PDF
  tertib render --month 2026-10 --only laporan_bulanan --format pdf,xlsx
  tertib render --month 2026-10 --only buku,provinsi
  tertib render --day 2026-10-14 --full        the papers of a day, to be signed and handed out
  tertib render --day 2026-10-14 --full --only bukti_pengambilan
  tertib render --month 2026-10 --full         with NIK and names, for the office alone";

pub(crate) const RUN: &str = "\
Examples:
  tertib run tarik                             the job of that name, now
  tertib run laporan --month 2026-10";

pub(crate) const SERVE: &str = "\
Examples:
  tertib serve                                 until it is stopped
  tertib serve --once                          what is owed now, for cron or a task scheduler
  tertib serve --log json";

pub(crate) const STATUS: &str = "\
Examples:
  tertib status                                is everything in order?
  tertib status laporan                        what became of each slot of a job, and its last runs
  tertib status --check                        one line for Nagios, Icinga or Zabbix";

pub(crate) const LOG: &str = "\
Examples:
  tertib log laporan                           the log of the last run of a job
  tertib log 412                               that of a run by its number, from the list of the job";

pub(crate) const CLOCK: &str = "\
Examples:
  tertib clock confirm                         a person has looked at it, and it is right
  tertib clock confirm --config /etc/tertib/tertib.toml";

pub(crate) const QUERY: &str = "\
Examples:
  tertib query \"select count(*) from events where bulan = '2026-10'\"
  tertib query --list                          the saved questions
  tertib query riwayat_berkas --set berkas=B202610-000001 --format xlsx --output berkas.xlsx";

pub(crate) const TRACE: &str = "\
Examples:
  tertib trace --berkas B202610-000012
  tertib trace --batch K202610-0003 --report riwayat.pdf
  tertib trace --person --full --purpose 'permintaan akses 12/2026'   asks for the NIK without showing it";

pub(crate) const RECONCILE: &str = "\
Examples:
  tertib reconcile                             the last month
  tertib reconcile --month 2026-10 --format json";

pub(crate) const SEAL: &str = "\
Examples:
  tertib seal --month 2026-10
  tertib seal --month 2026-10 --incomplete 'basis data rusak, 3 hari hilang'";

pub(crate) const DISPOSE: &str = "\
Examples:
  tertib dispose propose --month 2021-10 --by 'ANDI, arsiparis'
  tertib dispose approve laporan/usul_musnah_2021-10_5f3a90c1.json --by 'SRI, Kepala Dinas'
  tertib dispose carry-out laporan/usul_musnah_2021-10_5f3a90c1.json --output laporan/musnah";

pub(crate) const DISPOSE_PROPOSE: &str = "\
Examples:
  tertib dispose propose --month 2021-10 --by 'ANDI, arsiparis'
  tertib dispose propose --month 2021-10 --month 2021-11 --by 'ANDI, arsiparis' --output usul";

pub(crate) const DISPOSE_APPROVE: &str = "\
Examples:
  tertib dispose approve laporan/usul_musnah_2021-10_5f3a90c1.json --by 'SRI, Kepala Dinas'
  tertib dispose approve usul.json --by 'SRI, Kepala Dinas' --config /etc/tertib/tertib.toml";

pub(crate) const DISPOSE_CARRY_OUT: &str = "\
Examples:
  tertib dispose carry-out laporan/usul_musnah_2021-10_5f3a90c1.json --output laporan/musnah
  tertib dispose carry-out usul.json --output musnah --config /etc/tertib/tertib.toml";

pub(crate) const HOLD: &str = "\
Examples:
  tertib hold add --month 2021-10 --reason 'pemeriksaan Inspektorat' --by 'SRI, Kepala Dinas'
  tertib hold list";

pub(crate) const HOLD_ADD: &str = "\
Examples:
  tertib hold add --month 2021-10 --reason 'pemeriksaan Inspektorat' --by 'SRI, Kepala Dinas'
  tertib hold add --month 2021-11 --reason 'perkara 12/2026' --by 'SRI, Kepala Dinas' --config /etc/tertib/tertib.toml";

pub(crate) const HOLD_LIFT: &str = "\
Examples:
  tertib hold lift --month 2021-10 --reason 'pemeriksaan selesai' --by 'SRI, Kepala Dinas'
  tertib hold lift --month 2021-11 --reason 'putusan berkekuatan tetap' --by 'SRI, Kepala Dinas'";

pub(crate) const HOLD_LIST: &str = "\
Examples:
  tertib hold list
  tertib hold list --format json";

pub(crate) const BUNDLE: &str = "\
Examples:
  tertib bundle --month 2026-10 --role auditor --output paket-2026-10
  tertib bundle --month 2026-07:2026-09 --role province --output triwulan --purpose 'evaluasi triwulan III'";

pub(crate) const LICENCES: &str = "\
Examples:
  tertib licences
  tertib licences --quiet";

pub(crate) const SELFTEST: &str = "\
Examples:
  tertib selftest data                         the logs of a folder against what others published of them
  tertib selftest data --format json";

pub(crate) const VERIFY: &str = "\
Examples:
  tertib verify                                the office's own archive
  tertib verify --archive /media/salinan --public --heads sidik.txt
  tertib verify --book buku_agenda_pendaftaran_2026-10.pdf";

pub(crate) const NOTIFY: &str = "\
Examples:
  tertib notify test                           does each channel reach somebody?
  tertib notify list";

pub(crate) const NOTIFY_TEST: &str = "\
Examples:
  tertib notify test
  tertib notify test --channel surel";

pub(crate) const NOTIFY_LIST: &str = "\
Examples:
  tertib notify list
  tertib notify list --format json";

pub(crate) const NOTIFY_SEND: &str = "\
Examples:
  tertib notify send                           after a channel was mended
  tertib notify send --quiet";

pub(crate) const NOTIFY_CRASH: &str = "\
Examples:
  tertib notify crash --config /etc/tertib/tertib.toml
  tertib notify crash";

pub(crate) const PORTAL: &str = "\
Examples:
  tertib portal                                the pages, read-only, at http://127.0.0.1:8620/
  tertib portal --config salinan/tertib.toml   those of a restored copy
  tertib portal --archive /media/salinan       those of an archive alone, for an auditor on this computer";

pub(crate) const PORTAL_CERTIFICATE: &str = "\
Examples:
  tertib portal certificate --name tertib.disdukcapil.lan
  tertib portal certificate --replace          before the old one ends";

pub(crate) const PORTAL_USER: &str = "\
Examples:
  tertib portal user list
  tertib portal user close pemeriksa";

pub(crate) const PORTAL_USER_ADD: &str = "\
Examples:
  tertib portal user add kadis --name 'Sri Rekaan' --post 'Kepala Dinas' --role kepala
  tertib portal user add pemeriksa --name 'Budi Rekaan' --post Auditor --role auditor --until 2026-12-31";

pub(crate) const PORTAL_USER_PASSWORD: &str = "\
Examples:
  tertib portal user password kadis            it is typed twice
  tertib portal user password ti --config /etc/tertib/tertib.toml";

pub(crate) const PORTAL_USER_CLOSE: &str = "\
Examples:
  tertib portal user close pemeriksa
  tertib portal user close kadis --config /etc/tertib/tertib.toml";

pub(crate) const PORTAL_USER_LIST: &str = "\
Examples:
  tertib portal user list
  tertib portal user list --format json";

pub(crate) const PORTAL_TOKEN: &str = "\
Examples:
  tertib portal token list
  tertib portal token remove dasbor";

pub(crate) const PORTAL_TOKEN_ADD: &str = "\
Examples:
  tertib portal token add dasbor --role pelihat --until 2026-12-31   sent as `Authorization: Bearer TOKEN`
  tertib portal token add pemantau --role ti --until 2027-06-30";

pub(crate) const PORTAL_TOKEN_REMOVE: &str = "\
Examples:
  tertib portal token remove dasbor
  tertib portal token remove dasbor --config /etc/tertib/tertib.toml";

pub(crate) const PORTAL_TOKEN_LIST: &str = "\
Examples:
  tertib portal token list
  tertib portal token list --format json";

pub(crate) const BACKUP: &str = "\
Examples:
  tertib backup                                every target of tertib.toml; or name one
  tertib backup --list                         when each had its last backup, and what is wrong
  tertib backup --prove usb                    restore it to a scratch folder, all of it, and compare a month";

pub(crate) const RESTORE: &str = "\
Examples:
  tertib restore /media/cadangan/tertib pulih  from a disk, on a new machine without any configuration
  tertib restore usb pulih --until 411         from a target of tertib.toml, as the archive was in version 411";

pub(crate) const ACCESS: &str = "\
Examples:
  tertib access --month 2026-10                who looked at what, and why
  tertib access --disclosing --format csv      only what disclosed personal data";

pub(crate) const PROVE: &str = "\
Examples:
  tertib prove --event 1234                    a file for each form of the event, in ./bukti
  tertib prove --consistency 33612             for a witness whose last checkpoint has 33612 leaves
  tertib prove --check bukti/seq-12.tlog-proof --public-key kantor.vkey";

pub(crate) const WITNESS: &str = "\
Examples:
  tertib witness sign checkpoint-1200-33612.bukti --name inspektorat --public-key kantor.vkey
  tertib witness accept checkpoint.saksi --witness saksi.vkey";

pub(crate) const WITNESS_NEW: &str = "\
Examples:
  tertib witness new --name inspektorat        a key in ./saksi.key, and the public key for the office
  tertib witness new --name provinsi --key /media/saksi.key";

pub(crate) const WITNESS_SIGN: &str = "\
Examples:
  tertib witness sign checkpoint --name inspektorat --public-key kantor.vkey
  tertib witness sign checkpoint-1200-33612.bukti --name inspektorat --public-key kantor.vkey";

pub(crate) const WITNESS_ACCEPT: &str = "\
Examples:
  tertib witness accept checkpoint.saksi --witness saksi.vkey
  tertib witness accept surat/checkpoint.saksi --witness saksi.vkey";

pub(crate) const KEY: &str = "\
Examples:
  tertib key show                              the public key, for whoever verifies
  tertib key print                             for the safe, on the screen or through `lp` on paper
  tertib key confirm                           does the paper say what the key is?";

pub(crate) const KEY_NEW: &str = "\
Examples:
  tertib key new                               the key that signs the log, where there is none yet
  tertib key new --config /etc/tertib/tertib.toml";

pub(crate) const KEY_SHOW: &str = "\
Examples:
  tertib key show                              the public key of the log, to hand over on paper
  tertib key show --pem                        as openssl reads it";

pub(crate) const KEY_PRINT: &str = "\
Examples:
  tertib key print                             on the screen, to copy the words by hand, or through `lp` on paper
  tertib key print --signing                   the key that signs the log, on a paper of its own
  tertib key print --config /etc/tertib/tertib.toml";

pub(crate) const KEY_CONFIRM: &str = "\
Examples:
  tertib key confirm                           type the words of the paper, then an empty line
  tertib key confirm --config pulih/tertib.toml";

pub(crate) const KEY_ENTER: &str = "\
Examples:
  tertib key enter --config pulih/tertib.toml  after a restore
  tertib key enter                             in the folder of the configuration";

pub(crate) const KEY_BACKUP: &str = "\
Examples:
  tertib key backup --output /media/brankas/kunci
  tertib key backup --output /media/brankas/kunci --config /etc/tertib/tertib.toml";

pub(crate) const KEY_ROTATE: &str = "\
Examples:
  tertib key rotate --signing --reason 'laptop hilang' --by 'ANDI, operator'
  tertib key rotate --pseudonym --reason 'laptop hilang' --by 'ANDI, operator'
  tertib key rotate --lost --reason 'kunci dan kertasnya terbakar' --by 'ANDI, operator'";
