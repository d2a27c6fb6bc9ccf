-- What a wrong clock wrote into the archive stands there for ever. It is no evidence against a clock that was confirmed since.
create table disproved (at_s integer not null) strict;
