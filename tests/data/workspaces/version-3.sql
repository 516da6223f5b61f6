BEGIN TRANSACTION;
CREATE TABLE change (
      workspace_id integer not null references workspace (id) on delete cascade,
      version integer not null, number integer not null, at text not null, note text not null,
      entry_id text not null, kind text not null, place integer not null, data text,
      primary key (workspace_id, version, number)) without rowid;
INSERT INTO "change" VALUES(1,1,0,'2026-11-21T12:00:00.000000+00:00','started','entry001','about',10000,'{"title":"Wardens of the past","summary":"","starts":null}');
INSERT INTO "change" VALUES(1,1,1,'2026-11-21T12:00:00.000000+00:00','started','entry002','need',10001,'{"words":""}');
INSERT INTO "change" VALUES(1,1,2,'2026-11-21T12:00:00.000000+00:00','started','entry003','lead',10002,'{"partner":""}');
INSERT INTO "change" VALUES(1,1,3,'2026-11-21T12:00:00.000000+00:00','started','entry004','point',10003,'{"point":"roles","says":"","holder":"","by":null,"agreed":false}');
INSERT INTO "change" VALUES(1,1,4,'2026-11-21T12:00:00.000000+00:00','started','entry005','task',10004,'{"what":"Ask the governors – the “whole” body","who":"","starts":null,"due":null,"done":false,"stream":"","step":""}');
INSERT INTO "change" VALUES(1,2,0,'2026-11-21T12:00:00.000000+00:00','','entry005','task',10004,'{"what":"Ask the governors","who":"","starts":null,"due":null,"done":true,"stream":"","step":""}');
INSERT INTO "change" VALUES(1,3,0,'2026-11-21T12:00:00.000000+00:00','','entry006','partner',30000,'{"name":"Example School","body":"school","urn":null,"charity":null,"does":"","gives":"","gets":"","cannot_lead":false,"cannot_lead_until":null}');
INSERT INTO "change" VALUES(1,4,0,'2026-11-21T12:00:00.000000+00:00','','entry005','task',10004,NULL);
CREATE TABLE creation (client blob not null, at text not null);
INSERT INTO "creation" VALUES(X'83B250A06755B8942DDC47584191DF01C91EBC6215FEE6518855D3CD318D955C','2026-11-21T12:00:00.000000+00:00');
CREATE TABLE entry (
      workspace_id integer not null references workspace (id) on delete cascade,
      id text not null, kind text not null, place integer not null, revision integer not null, data text not null,
      primary key (workspace_id, id)) without rowid;
INSERT INTO "entry" VALUES(1,'entry001','about',10000,1,'{"title":"Wardens of the past","summary":"","starts":null}');
INSERT INTO "entry" VALUES(1,'entry002','need',10001,1,'{"words":""}');
INSERT INTO "entry" VALUES(1,'entry003','lead',10002,1,'{"partner":""}');
INSERT INTO "entry" VALUES(1,'entry004','point',10003,1,'{"point":"roles","says":"","holder":"","by":null,"agreed":false}');
INSERT INTO "entry" VALUES(1,'entry006','partner',30000,3,'{"name":"Example School","body":"school","urn":null,"charity":null,"does":"","gives":"","gets":"","cannot_lead":false,"cannot_lead_until":null}');
CREATE TABLE untidy (id integer primary key check (id = 1));
CREATE TABLE workspace (
      id integer primary key autoincrement,
      edit_hash blob not null unique, read_hash blob not null unique,
      version integer not null, created text not null, changed text not null, expires text not null, size integer not null default 0, history integer not null default 0);
INSERT INTO "workspace" VALUES(1,X'FA63A9647FA78BDA3EA125F2D13C9280907E462185839E76AD708C5086C1F0EE',X'3A1CB82F4EB2F0E6722F6603DFC1DC1339C91754411C80F2E478CD94409C0A22',4,'2026-11-21T12:00:00.000000+00:00','2026-11-21T12:00:00.000000+00:00','2027-12-26T12:00:00.000000+00:00',291,509);
CREATE INDEX creation_client on creation (client, at);
CREATE INDEX workspace_expires on workspace (expires);
CREATE INDEX change_entry on change (workspace_id, entry_id, version);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('workspace',1);
COMMIT;
pragma user_version = 3;
