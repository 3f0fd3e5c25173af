// SPDX-License-Identifier: MIT
//! What the API is measured against: three of its operations in Rust, with axum, tokio-postgres and deadpool. The statements of a request
//! are pipelined in one transaction.
use aes_gcm::{
    aead::{Aead, KeyInit, Payload},
    Aes256Gcm, Nonce,
};
use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::{header, HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
    Router,
};
use base64::{engine::general_purpose::URL_SAFE_NO_PAD as B64, Engine};
use chrono::{DateTime, SecondsFormat, Utc};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use futures_util::future::try_join5;
use jsonwebtoken::{decode, Algorithm, DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    io::Write,
    sync::{Arc, RwLock},
    time::{Instant, SystemTime, UNIX_EPOCH},
};
use tokio_postgres::{types::ToSql, NoTls, Row};
use uuid::Uuid;

#[derive(Clone, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    exp: u64,
    roles: Vec<String>,
}
struct App {
    key: DecodingKey,
    cache: RwLock<HashMap<[u8; 32], (Arc<Claims>, u64)>>,
    reads: Pool,
    writes: Pool,
    master: Aes256Gcm,
}
type S = State<Arc<App>>;
type Fault = StatusCode;

fn verify(app: &App, headers: &HeaderMap) -> Result<Arc<Claims>, Fault> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let kept = app.cache.read().unwrap().get(&digest).filter(|k| k.1 > now).map(|k| k.0.clone());
    let claims = match kept {
        Some(c) => c,
        None => {
            let mut v = Validation::new(Algorithm::ES256);
            v.set_audience(&["alongside"]);
            v.set_issuer(&["urn:alongside:local"]);
            let c = Arc::new(decode::<Claims>(token, &app.key, &v).map_err(|_| StatusCode::UNAUTHORIZED)?.claims);
            let mut cache = app.cache.write().unwrap();
            if cache.len() > 4096 {
                cache.clear();
            }
            cache.insert(digest, (c.clone(), c.exp.min(now + 60)));
            c
        }
    };
    if claims.roles != ["coordinator"] {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(claims)
}

struct Opener<'a> {
    app: &'a App,
    keys: HashMap<String, Aes256Gcm>,
}
fn unbox(key: &Aes256Gcm, text: &str, aad: &str) -> Option<Vec<u8>> {
    let b = B64.decode(text).ok()?;
    key.decrypt(Nonce::from_slice(b.get(..12)?), Payload { msg: &b[12..], aad: aad.as_bytes() }).ok()
}
impl Opener<'_> {
    fn open(&mut self, label: &str, value: Option<&str>, wrapped: Option<&str>) -> Result<Option<String>, Fault> {
        let (Some(value), Some(wrapped)) = (value, wrapped) else { return Ok(None) };
        (|| {
            let (id, payload) = value.split_once('.')?;
            if !self.keys.contains_key(id) {
                let (mid, w) = wrapped.split_once('~')?;
                let dek = unbox(&self.app.master, w, &format!("k1|{mid}|{id}"))?;
                self.keys.insert(id.into(), Aes256Gcm::new_from_slice(&dek).ok()?);
            }
            String::from_utf8(unbox(&self.keys[id], payload, &format!("v1|{label}|{id}"))?).ok()
        })()
        .map(Some)
        .ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
fn at(t: DateTime<Utc>) -> String {
    t.to_rfc3339_opts(SecondsFormat::Secs, true)
}
fn at_opt(t: Option<DateTime<Utc>>) -> Option<String> {
    t.map(at)
}

#[derive(Serialize)]
struct Identity {
    issuer: String,
    subject: String,
}

#[derive(Serialize)]
struct Participant {
    id: Uuid,
    account_id: Uuid,
    alias: String,
    preferred_language: String,
    pronouns: Option<String>,
    region: Option<String>,
    timezone: Option<String>,
    affiliation_kind: String,
    age_attested_at: String,
    eligibility_attested_at: String,
    accessibility_needs: Option<String>,
    coordinator_id: Uuid,
    identity: Identity,
    status: String,
    created_at: String,
}
fn participant(app: &App, r: &Row) -> Result<(Participant, i32), Fault> {
    let mut o = Opener { app, keys: HashMap::new() };
    Ok((
        Participant {
            id: r.get(0),
            account_id: r.get(1),
            alias: r.get(2),
            preferred_language: r.get(3),
            pronouns: r.get(4),
            region: r.get(5),
            timezone: r.get(6),
            affiliation_kind: r.get(7),
            age_attested_at: at(r.get(8)),
            eligibility_attested_at: at(r.get(9)),
            accessibility_needs: o.open("participant.accessibility_needs", r.get(10), r.get(14))?,
            coordinator_id: r.get(15),
            identity: Identity { issuer: r.get(16), subject: r.get(17) },
            status: r.get(11),
            created_at: at(r.get(12)),
        },
        r.get(13),
    ))
}
const ACCOUNT: &str = "select id from accounts where issuer = $1 and subject = $2 and role <> 'peer' and role = $3 and is_active";
macro_rules! cols { () => { "p.id, p.account_id, p.alias, p.preferred_language, p.pronouns, p.region, p.timezone, p.affiliation_kind, p.age_attested_at, p.eligibility_attested_at, p.accessibility_needs, p.status, p.created_at, p.version, k.wrapped, p.coordinator_id, b.issuer, b.subject" } }
macro_rules! visible { () => { " (a.regions = '{}' or p.region is null or p.region = any(a.regions)) and not exists (select from exclusions x where x.account_id = a.id and x.participant_id = p.id)
 and p.id is distinct from (select b.participant_id from accounts b where b.issuer = a.issuer and b.subject = a.subject and b.role = 'peer') " } }
const READ: &str = concat!(
    "select ",
    cols!(),
    " from accounts a join participants p on p.id = $4 left join sealed_keys k on k.id = split_part(p.accessibility_needs, '.', 1)::uuid left join accounts b on b.id = p.account_id
 where a.issuer = $1 and a.subject = $2 and a.role <> 'peer' and a.role = $3 and",
    visible!()
);
const UPDATE: &str = concat!(
    "with p as (update participants p set timezone = coalesce($5, p.timezone), version = p.version + 1
 from accounts a where p.id = $4 and a.issuer = $1 and a.subject = $2 and a.role <> 'peer' and a.role = $3 and",
    visible!(),
    "returning p.*)
 select ",
    cols!(),
    " from p left join sealed_keys k on k.id = split_part(p.accessibility_needs, '.', 1)::uuid left join accounts b on b.id = p.account_id"
);
const AUDIT: &str = "insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields, request_id)
 select now(), a.id, a.role, $4, $5, $6, $7, $8, $9, $10 from accounts a where a.issuer = $1 and a.subject = $2 and a.role <> 'peer' and a.role = $3";
const LIST: &str = "select r.id, r.state, r.channel, r.external_ref, r.language, r.urgent, r.name, r.callback_method, r.callback_handle, r.ok_to_leave_message, r.safe_hours,
 r.caller_consented_at, r.received_at, r.reply_due, r.reply_breach, r.first_reply_at, r.first_reply_by, r.attempts, r.last_attempt_at, r.coordinator_id, r.recorded_by,
 r.redirect_reason, r.duplicate_of, r.closed_at, r.closed_by, r.updated_at, k1.wrapped, k2.wrapped, k3.wrapped from referrals r
 left join sealed_keys k1 on k1.id = split_part(r.name, '.', 1)::uuid left join sealed_keys k2 on k2.id = split_part(r.callback_handle, '.', 1)::uuid
 left join sealed_keys k3 on k3.id = split_part(r.safe_hours, '.', 1)::uuid
 where r.state in ('received', 'contacted') and (r.reply_due, r.id) > ($1, $2) order by r.reply_due, r.id limit $3";

async fn run(pool: &Pool, c: &Claims, sql: &str, args: &[&(dyn ToSql + Sync)], audit: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Fault> {
    let fault = |_| StatusCode::INTERNAL_SERVER_ERROR;
    let db = pool.get().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let who: [&(dyn ToSql + Sync); 3] = [&c.iss, &c.sub, &c.roles[0]];
    let (s0, s1, s2) = (
        db.prepare_cached(ACCOUNT).await.map_err(fault)?,
        db.prepare_cached(sql).await.map_err(fault)?,
        db.prepare_cached(AUDIT).await.map_err(fault)?,
    );
    let audit: Vec<&(dyn ToSql + Sync)> = who.iter().chain(audit).copied().collect();
    // Sent one behind the other without waiting, commit included: a handler that is dropped half-way leaves no open transaction.
    let (_, account, rows, _, _) = try_join5(
        db.batch_execute("begin"),
        db.query_opt(&s0, &who),
        db.query(&s1, args),
        db.execute(&s2, &audit),
        db.batch_execute("commit"),
    )
    .await
    .map_err(fault)?;
    account.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(rows)
}
fn log(rid: Uuid, method: &str, route: &str, status: u16, start: Instant) {
    let line = format!("{{\"ts\":\"{}\",\"level\":\"info\",\"msg\":\"request\",\"request_id\":\"{rid}\",\"method\":\"{method}\",\"route\":\"{route}\",\"status\":{status},\"duration_ms\":{:.3}}}\n",
        Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true), start.elapsed().as_secs_f64() * 1e3);
    let _ = std::io::stdout().lock().write_all(line.as_bytes());
}
fn reply(rid: Uuid, method: &str, route: &str, start: Instant, out: Result<(String, Option<String>), Fault>) -> Response {
    let (status, body, tag) = match out {
        Ok((b, t)) => (StatusCode::OK, b, t),
        Err(s) => (s, format!("{{\"status\":{}}}", s.as_u16()), None),
    };
    let mut r = (status, body).into_response();
    let h = r.headers_mut();
    h.insert("content-type", "application/json".parse().unwrap());
    h.insert("x-request-id", rid.to_string().parse().unwrap());
    h.insert("x-content-type-options", "nosniff".parse().unwrap());
    h.insert("cache-control", "no-store".parse().unwrap());
    h.insert("referrer-policy", "no-referrer".parse().unwrap());
    if let Some(t) = tag {
        h.insert("etag", t.parse().unwrap());
    }
    log(rid, method, route, status.as_u16(), start);
    r
}
async fn read(State(app): S, Path(id): Path<Uuid>, headers: HeaderMap) -> Response {
    let (rid, start) = (Uuid::new_v4(), Instant::now());
    let out = async {
        let c = verify(&app, &headers)?;
        let rows = run(
            &app.reads,
            &c,
            READ,
            &[&c.iss, &c.sub, &c.roles[0], &id],
            &[&"participants_read", &"read", &"participant", &Some(id), &vec![id], &Vec::<String>::new(), &rid],
        )
        .await?;
        let (p, v) = participant(&app, rows.first().ok_or(StatusCode::NOT_FOUND)?)?;
        Ok((serde_json::to_string(&p).unwrap(), Some(format!("\"{v}\""))))
    }
    .await;
    reply(rid, "GET", "/v1/participants/{id}", start, out)
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    timezone: Option<String>,
}
async fn update(State(app): S, Path(id): Path<Uuid>, headers: HeaderMap, body: Bytes) -> Response {
    let (rid, start) = (Uuid::new_v4(), Instant::now());
    let out = async {
        let c = verify(&app, &headers)?;
        if headers.get("if-match").is_none_or(|v| v != "*") {
            return Err(StatusCode::PRECONDITION_REQUIRED);
        }
        let patch: Patch = serde_json::from_slice(&body).map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)?;
        if patch.timezone.as_deref().is_some_and(|p| !(1..=40).contains(&p.chars().count())) {
            return Err(StatusCode::UNPROCESSABLE_ENTITY);
        }
        let rows = run(
            &app.writes,
            &c,
            UPDATE,
            &[&c.iss, &c.sub, &c.roles[0], &id, &patch.timezone],
            &[&"participants_update", &"update", &"participant", &Some(id), &vec![id], &vec!["timezone"], &rid],
        )
        .await?;
        let (p, v) = participant(&app, rows.first().ok_or(StatusCode::NOT_FOUND)?)?;
        Ok((serde_json::to_string(&p).unwrap(), Some(format!("\"{v}\""))))
    }
    .await;
    reply(rid, "PATCH", "/v1/participants/{id}", start, out)
}
#[derive(Serialize)]
struct Callback {
    method: String,
    handle: Option<String>,
}
#[derive(Serialize)]
struct Referral {
    id: Uuid,
    state: String,
    channel: String,
    external_ref: Option<String>,
    language: String,
    urgent: bool,
    name: Option<String>,
    callback: Option<Callback>,
    ok_to_leave_message: bool,
    safe_hours: Option<String>,
    caller_consented_at: Option<String>,
    received_at: String,
    reply_due: String,
    reply_breach: String,
    first_reply_at: Option<String>,
    first_reply_by: Option<Uuid>,
    attempts: i32,
    last_attempt_at: Option<String>,
    coordinator_id: Option<Uuid>,
    recorded_by: Option<Uuid>,
    redirect_reason: Option<String>,
    duplicate_of: Option<Uuid>,
    closed_at: Option<String>,
    closed_by: Option<Uuid>,
    updated_at: String,
    reply_status: &'static str,
}
#[derive(Serialize)]
struct Page {
    next_cursor: Option<String>,
    has_more: bool,
}
#[derive(Serialize)]
struct Listing {
    data: Vec<Referral>,
    page: Page,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    limit: Option<i64>,
    cursor: Option<String>,
}
async fn list(State(app): S, Query(q): Query<ListQuery>, headers: HeaderMap) -> Response {
    let (rid, start) = (Uuid::new_v4(), Instant::now());
    let out = async {
        let c = verify(&app, &headers)?;
        let limit = q.limit.unwrap_or(25);
        let (due, after): (DateTime<Utc>, Uuid) = match &q.cursor {
            Some(t) => B64.decode(t).ok().and_then(|b| serde_json::from_slice(&b).ok()).ok_or(StatusCode::BAD_REQUEST)?,
            None => (DateTime::UNIX_EPOCH, Uuid::nil()),
        };
        let rows = run(
            &app.reads,
            &c,
            LIST,
            &[&due, &after, &(limit + 1)],
            &[&"referrals_list", &"list", &"referral", &None::<Uuid>, &Vec::<Uuid>::new(), &Vec::<String>::new(), &rid],
        )
        .await?;
        let (mut o, now) = (Opener { app: &app, keys: HashMap::new() }, Utc::now());
        let mut data = Vec::with_capacity(25);
        for r in rows.iter().take(limit as usize) {
            let (due, breach, first): (DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>) = (r.get(13), r.get(14), r.get(15));
            data.push(Referral {
                id: r.get(0),
                state: r.get(1),
                channel: r.get(2),
                external_ref: r.get(3),
                language: r.get(4),
                urgent: r.get(5),
                name: o.open("referral.name", r.get(6), r.get(26))?,
                callback: match r.get::<_, Option<String>>(7) {
                    Some(method) => Some(Callback { method, handle: o.open("referral.callback", r.get(8), r.get(27))? }),
                    None => None,
                },
                ok_to_leave_message: r.get(9),
                safe_hours: o.open("referral.safe_hours", r.get(10), r.get(28))?,
                caller_consented_at: at_opt(r.get(11)),
                received_at: at(r.get(12)),
                reply_due: at(due),
                reply_breach: at(breach),
                first_reply_at: at_opt(first),
                first_reply_by: r.get(16),
                attempts: r.get(17),
                last_attempt_at: at_opt(r.get(18)),
                coordinator_id: r.get(19),
                recorded_by: r.get(20),
                redirect_reason: r.get(21),
                duplicate_of: r.get(22),
                closed_at: at_opt(r.get(23)),
                closed_by: r.get(24),
                updated_at: at(r.get(25)),
                reply_status: if first.is_some() {
                    "replied"
                } else if r.get::<_, &str>(1) != "received" {
                    "closed"
                } else if now <= due {
                    "on_time"
                } else if now <= breach {
                    "due"
                } else {
                    "breached"
                },
            });
        }
        let more = rows.len() as i64 > limit;
        let next = if more {
            let l = &rows[limit as usize - 1];
            Some(B64.encode(serde_json::to_vec(&(l.get::<_, DateTime<Utc>>(13), l.get::<_, Uuid>(0))).unwrap()))
        } else {
            None
        };
        Ok((serde_json::to_string(&Listing { data, page: Page { has_more: more, next_cursor: next } }).unwrap(), None))
    }
    .await;
    reply(rid, "GET", "/v1/referrals", start, out)
}
fn pool(size: usize, synchronous_commit: &str) -> Pool {
    let mut config: tokio_postgres::Config = std::env::var("DATABASE").unwrap().parse().unwrap();
    config.options(format!("-c synchronous_commit={synchronous_commit} -c jit=off"));
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_config(config, NoTls, recycling)).max_size(size).build().unwrap()
}
#[tokio::main(worker_threads = 2)]
async fn main() {
    let app = Arc::new(App {
        key: DecodingKey::from_ec_pem(&std::fs::read(std::env::var("PUBKEY").unwrap()).unwrap()).unwrap(),
        cache: Default::default(),
        reads: pool(8, "off"),
        writes: pool(16, "on"),
        master: Aes256Gcm::new_from_slice(&hex::decode(std::env::var("MASTER").unwrap()).unwrap()).unwrap(),
    });
    let routes = Router::new().route("/v1/participants/{id}", get(read).patch(update)).route("/v1/referrals", get(list)).with_state(app);
    let l = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", std::env::var("PORT").unwrap())).await.unwrap();
    axum::serve(l, routes.into_make_service()).await.unwrap();
}
