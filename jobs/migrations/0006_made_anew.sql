-- When the file was made anew for an office that had been served before.
create table made_anew (at_s integer not null) strict;
