-- How often what is wrong had come before. A clock may show the same instant twice, so since when it lasts is not enough for an id.
alter table alert add column times_before integer not null default 0;
