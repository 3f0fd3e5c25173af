// SPDX-License-Identifier: MIT

// What the API is measured against: three of its operations in Go, with net/http and pgx v5. PLAIN=1: an ordinary transaction, a statement at a time;
// otherwise the statements of a request go out as one pgx.Batch (one round trip, one implicit transaction).
package main

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type claims struct {
	jwt.RegisteredClaims
	Roles []string `json:"roles"`
}
type cached struct {
	c     *claims
	until time.Time
}

var (
	pub      *ecdsa.PublicKey
	cacheMu  sync.RWMutex
	cache    = map[[32]byte]cached{}
	rpool    *pgxpool.Pool
	wpool    *pgxpool.Pool
	master   []byte
	masterID = "test1"
	logger   *slog.Logger
	plain    = os.Getenv("PLAIN") != ""
)

func verify(h string) (*claims, error) {
	tok, ok := strings.CutPrefix(h, "Bearer ")
	if !ok {
		return nil, errors.New("no token")
	}
	d := sha256.Sum256([]byte(tok))
	now := time.Now()
	cacheMu.RLock()
	e, hit := cache[d]
	cacheMu.RUnlock()
	if hit && now.Before(e.until) {
		return e.c, nil
	}
	var c claims
	if _, err := jwt.ParseWithClaims(tok, &c, func(*jwt.Token) (any, error) { return pub, nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience("alongside"), jwt.WithIssuer("urn:alongside:local"), jwt.WithExpirationRequired()); err != nil {
		return nil, err
	}
	until := now.Add(time.Minute)
	if c.ExpiresAt.Time.Before(until) {
		until = c.ExpiresAt.Time
	}
	cacheMu.Lock()
	if len(cache) > 4096 {
		clear(cache)
	}
	cache[d] = cached{&c, until}
	cacheMu.Unlock()
	return &c, nil
}

func gcmOpen(key, box, aad []byte) ([]byte, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	g, err := cipher.NewGCM(b)
	if err != nil {
		return nil, err
	}
	return g.Open(nil, box[:12], box[12:], aad)
}

type opener map[string][]byte

func (o opener) open(label string, value, wrapped *string) (*string, error) {
	if value == nil || wrapped == nil {
		return nil, nil
	}
	id, payload, _ := strings.Cut(*value, ".")
	dek, ok := o[id]
	if !ok {
		_, w, _ := strings.Cut(*wrapped, "~")
		box, err := base64.RawURLEncoding.DecodeString(w)
		if err != nil {
			return nil, err
		}
		if dek, err = gcmOpen(master, box, []byte("k1|"+masterID+"|"+id)); err != nil {
			return nil, err
		}
		o[id] = dek
	}
	box, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return nil, err
	}
	out, err := gcmOpen(dek, box, []byte("v1|"+label+"|"+id))
	if err != nil {
		return nil, err
	}
	s := string(out)
	return &s, nil
}

type sec struct{ time.Time }

func (t sec) MarshalJSON() ([]byte, error) {
	return []byte(t.UTC().Format(`"2006-01-02T15:04:05Z"`)), nil
}

type identity struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
}

type participant struct {
	ID                    uuid.UUID `json:"id"`
	AccountID             uuid.UUID `json:"account_id"`
	Alias                 string    `json:"alias"`
	PreferredLanguage     string    `json:"preferred_language"`
	Pronouns              *string   `json:"pronouns"`
	Region                *string   `json:"region"`
	Timezone              *string   `json:"timezone"`
	AffiliationKind       string    `json:"affiliation_kind"`
	AgeAttestedAt         sec       `json:"age_attested_at"`
	EligibilityAttestedAt sec       `json:"eligibility_attested_at"`
	AccessibilityNeeds    *string   `json:"accessibility_needs"`
	CoordinatorAccountID  uuid.UUID `json:"coordinator_id"`
	Identity              identity  `json:"identity"`
	Status                string    `json:"status"`
	CreatedAt             sec       `json:"created_at"`
}

const visible = ` (a.regions = '{}' or p.region is null or p.region = any(a.regions))
 and not exists (select from exclusions x where x.account_id = a.id and x.participant_id = p.id)
 and p.id is distinct from (select b.participant_id from accounts b where b.issuer = a.issuer and b.subject = a.subject and b.role = 'peer')`
const qAccount = `select id from accounts where issuer = $1 and subject = $2 and role <> 'peer' and role = $3 and is_active`
const pCols = `p.id, p.account_id, p.alias, p.preferred_language, p.pronouns, p.region, p.timezone, p.affiliation_kind, p.age_attested_at,
 p.eligibility_attested_at, p.accessibility_needs, p.status, p.created_at, p.version, k.wrapped,
 p.coordinator_id, b.issuer, b.subject`
const qRead = `select ` + pCols + ` from accounts a join participants p on p.id = $4 left join sealed_keys k on k.id = split_part(p.accessibility_needs, '.', 1)::uuid left join accounts b on b.id = p.account_id
 where a.issuer = $1 and a.subject = $2 and a.role <> 'peer' and a.role = $3 and` + visible
const qAudit = `insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields, request_id)
 select now(), a.id, a.role, $4, $5, $6, $7, $8, $9, $10 from accounts a where a.issuer = $1 and a.subject = $2 and a.role <> 'peer' and a.role = $3`
const qUpdate = `with p as (update participants p set timezone = coalesce($5, p.timezone), version = p.version + 1
 from accounts a where p.id = $4 and a.issuer = $1 and a.subject = $2 and a.role <> 'peer' and a.role = $3 and` + visible + ` returning p.*)
 select ` + pCols + ` from p left join sealed_keys k on k.id = split_part(p.accessibility_needs, '.', 1)::uuid left join accounts b on b.id = p.account_id`

func scanP(row pgx.Row) (*participant, int, error) {
	var p participant
	var version int
	var wrapped *string
	err := row.Scan(&p.ID, &p.AccountID, &p.Alias, &p.PreferredLanguage, &p.Pronouns, &p.Region, &p.Timezone, &p.AffiliationKind, &p.AgeAttestedAt.Time,
		&p.EligibilityAttestedAt.Time, &p.AccessibilityNeeds, &p.Status, &p.CreatedAt.Time, &version, &wrapped,
		&p.CoordinatorAccountID, &p.Identity.Issuer, &p.Identity.Subject)
	if err != nil {
		return nil, 0, err
	}
	p.AccessibilityNeeds, err = opener{}.open("participant.accessibility_needs", p.AccessibilityNeeds, wrapped)
	return &p, version, err
}

type actor struct{ iss, sub, role string }

// one runs account check, main statement and audit row in one transaction.
func one(ctx context.Context, pool *pgxpool.Pool, a actor, scan func(pgx.Row) error, main string, margs []any, audit []any) error {
	var account uuid.UUID
	aargs := append([]any{a.iss, a.sub, a.role}, audit...)
	margs = append([]any{a.iss, a.sub, a.role}, margs...)
	if !plain {
		b := &pgx.Batch{}
		b.Queue(qAccount, a.iss, a.sub, a.role)
		b.Queue(main, margs...)
		b.Queue(qAudit, aargs...)
		br := pool.SendBatch(ctx, b)
		defer br.Close()
		if err := br.QueryRow().Scan(&account); err != nil {
			return errUnauth
		}
		if err := scan(br.QueryRow()); err != nil {
			return err
		}
		if _, err := br.Exec(); err != nil {
			return err
		}
		return br.Close()
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, qAccount, a.iss, a.sub, a.role).Scan(&account); err != nil {
			return errUnauth
		}
		if err := scan(tx.QueryRow(ctx, main, margs...)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qAudit, aargs...)
		return err
	})
}

var errUnauth = errors.New("unauthenticated")

func problem(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"status": status, "title": http.StatusText(status)})
}

type handler func(w http.ResponseWriter, r *http.Request, a actor, rid uuid.UUID) (int, any, string, error)

func wrap(route string, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rid := uuid.New()
		hd := w.Header()
		hd.Set("X-Request-Id", rid.String())
		hd.Set("X-Content-Type-Options", "nosniff")
		hd.Set("Cache-Control", "no-store")
		hd.Set("Referrer-Policy", "no-referrer")
		status := 200
		c, err := verify(r.Header.Get("Authorization"))
		role := ""
		if err != nil || len(c.Roles) != 1 {
			status = 401
		} else if role = c.Roles[0]; role != "coordinator" {
			status = 403
		}
		if status == 200 {
			var body any
			var etag string
			status, body, etag, err = h(w, r, actor{c.Issuer, c.Subject, role}, rid)
			switch {
			case errors.Is(err, errUnauth):
				status = 401
			case errors.Is(err, pgx.ErrNoRows):
				status = 404
			case err != nil:
				logger.Error("failed", "err", err.Error())
				status = 500
			}
			if err == nil && status == 200 {
				if etag != "" {
					hd.Set("ETag", etag)
				}
				out, _ := json.Marshal(body)
				hd.Set("Content-Type", "application/json")
				w.Write(out)
			}
		}
		if status != 200 {
			problem(w, status)
		}
		logger.Info("request", "request_id", rid.String(), "method", r.Method, "route", route, "status", status, "duration_ms", float64(time.Since(start).Microseconds())/1000, "role", role)
	}
}

func etag(v int) string { b, _ := json.Marshal(v); return `"` + string(b) + `"` }

func read(w http.ResponseWriter, r *http.Request, a actor, rid uuid.UUID) (int, any, string, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return 404, nil, "", nil
	}
	var p *participant
	var v int
	err = one(r.Context(), rpool, a, func(row pgx.Row) (e error) { p, v, e = scanP(row); return }, qRead, []any{id},
		[]any{"participants_read", "read", "participant", id, []uuid.UUID{id}, []string{}, rid})
	return 200, p, etag(v), err
}

func update(w http.ResponseWriter, r *http.Request, a actor, rid uuid.UUID) (int, any, string, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return 404, nil, "", nil
	}
	if r.Header.Get("If-Match") != "*" {
		return 428, nil, "", nil
	}
	var patch struct {
		Timezone *string `json:"timezone"`
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 65536))
	d.DisallowUnknownFields()
	if d.Decode(&patch) != nil || patch.Timezone != nil && (*patch.Timezone == "" || utf8.RuneCountInString(*patch.Timezone) > 40) {
		return 422, nil, "", nil
	}
	var p *participant
	var v int
	err = one(r.Context(), wpool, a, func(row pgx.Row) (e error) { p, v, e = scanP(row); return }, qUpdate, []any{id, patch.Timezone},
		[]any{"participants_update", "update", "participant", id, []uuid.UUID{id}, []string{"timezone"}, rid})
	return 200, p, etag(v), err
}

type callback struct {
	Method string  `json:"method"`
	Handle *string `json:"handle"`
}
type referral struct {
	ID                uuid.UUID  `json:"id"`
	State             string     `json:"state"`
	Channel           string     `json:"channel"`
	ExternalRef       *string    `json:"external_ref"`
	Language          string     `json:"language"`
	Urgent            bool       `json:"urgent"`
	Name              *string    `json:"name"`
	Callback          *callback  `json:"callback"`
	OkToLeaveMessage  bool       `json:"ok_to_leave_message"`
	SafeHours         *string    `json:"safe_hours"`
	CallerConsentedAt *sec       `json:"caller_consented_at"`
	ReceivedAt        sec        `json:"received_at"`
	ReplyDue          sec        `json:"reply_due"`
	ReplyBreach       sec        `json:"reply_breach"`
	FirstReplyAt      *sec       `json:"first_reply_at"`
	FirstReplyBy      *uuid.UUID `json:"first_reply_by"`
	Attempts          int        `json:"attempts"`
	LastAttemptAt     *sec       `json:"last_attempt_at"`
	CoordinatorID     *uuid.UUID `json:"coordinator_id"`
	RecordedBy        *uuid.UUID `json:"recorded_by"`
	RedirectReason    *string    `json:"redirect_reason"`
	DuplicateOf       *uuid.UUID `json:"duplicate_of"`
	ClosedAt          *sec       `json:"closed_at"`
	ClosedBy          *uuid.UUID `json:"closed_by"`
	UpdatedAt         sec        `json:"updated_at"`
	ReplyStatus       string     `json:"reply_status"`
}

const qList = `select r.id, r.state, r.channel, r.external_ref, r.language, r.urgent, r.name, r.callback_method, r.callback_handle, r.ok_to_leave_message, r.safe_hours,
 r.caller_consented_at, r.received_at, r.reply_due, r.reply_breach, r.first_reply_at, r.first_reply_by, r.attempts, r.last_attempt_at, r.coordinator_id, r.recorded_by,
 r.redirect_reason, r.duplicate_of, r.closed_at, r.closed_by, r.updated_at,
 case when r.first_reply_at is not null then 'replied' when r.state <> 'received' then 'closed' when now() <= r.reply_due then 'on_time'
  when now() <= r.reply_breach then 'due' else 'breached' end,
 k1.wrapped, k2.wrapped, k3.wrapped
 from referrals r
 left join sealed_keys k1 on k1.id = split_part(r.name, '.', 1)::uuid left join sealed_keys k2 on k2.id = split_part(r.callback_handle, '.', 1)::uuid
 left join sealed_keys k3 on k3.id = split_part(r.safe_hours, '.', 1)::uuid
 where r.state in ('received', 'contacted') and (r.reply_due, r.id) > ($1, $2) order by r.reply_due, r.id limit $3`

func tp(t *time.Time) *sec {
	if t == nil {
		return nil
	}
	return &sec{*t}
}

func scanList(rows pgx.Rows, err error) ([]referral, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	o := opener{}
	var out []referral
	for rows.Next() {
		var r referral
		var method, handle, w1, w2, w3 *string
		var cc, fr, la, cl *time.Time
		if err := rows.Scan(&r.ID, &r.State, &r.Channel, &r.ExternalRef, &r.Language, &r.Urgent, &r.Name, &method, &handle, &r.OkToLeaveMessage, &r.SafeHours,
			&cc, &r.ReceivedAt.Time, &r.ReplyDue.Time, &r.ReplyBreach.Time, &fr, &r.FirstReplyBy, &r.Attempts, &la, &r.CoordinatorID, &r.RecordedBy,
			&r.RedirectReason, &r.DuplicateOf, &cl, &r.ClosedBy, &r.UpdatedAt.Time, &r.ReplyStatus, &w1, &w2, &w3); err != nil {
			return nil, err
		}
		r.CallerConsentedAt, r.FirstReplyAt, r.LastAttemptAt, r.ClosedAt = tp(cc), tp(fr), tp(la), tp(cl)
		var err error
		if r.Name, err = o.open("referral.name", r.Name, w1); err != nil {
			return nil, err
		}
		if method != nil {
			h, err := o.open("referral.callback", handle, w2)
			if err != nil {
				return nil, err
			}
			r.Callback = &callback{*method, h}
		}
		if r.SafeHours, err = o.open("referral.safe_hours", r.SafeHours, w3); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func list(w http.ResponseWriter, r *http.Request, a actor, rid uuid.UUID) (int, any, string, error) {
	limit := 25
	due, after := time.Unix(0, 0), uuid.Nil
	if c := r.URL.Query().Get("cursor"); c != "" {
		b, err := base64.RawURLEncoding.DecodeString(c)
		if err != nil || json.Unmarshal(b, &[]any{&due, &after}) != nil {
			return 400, nil, "", nil
		}
	}
	var page []referral
	ctx := r.Context()
	aargs := []any{a.iss, a.sub, a.role, "referrals_list", "list", "referral", nil, []uuid.UUID{}, []string{}, rid}
	var account uuid.UUID
	var err error
	if !plain {
		b := &pgx.Batch{}
		b.Queue(qAccount, a.iss, a.sub, a.role)
		b.Queue(qList, due, after, limit+1)
		b.Queue(qAudit, aargs...)
		br := rpool.SendBatch(ctx, b)
		if e := br.QueryRow().Scan(&account); e != nil {
			br.Close()
			return 401, nil, "", nil
		}
		if page, err = scanList(br.Query()); err == nil {
			_, err = br.Exec()
		}
		if e := br.Close(); err == nil {
			err = e
		}
	} else {
		err = pgx.BeginFunc(ctx, rpool, func(tx pgx.Tx) error {
			if tx.QueryRow(ctx, qAccount, a.iss, a.sub, a.role).Scan(&account) != nil {
				return errUnauth
			}
			var e error
			if page, e = scanList(tx.Query(ctx, qList, due, after, limit+1)); e != nil {
				return e
			}
			_, e = tx.Exec(ctx, qAudit, aargs...)
			return e
		})
	}
	if err != nil {
		return 0, nil, "", err
	}
	var next *string
	if len(page) > limit {
		page = page[:limit]
		last := page[limit-1]
		b, _ := json.Marshal([]any{last.ReplyDue.Time, last.ID})
		s := base64.RawURLEncoding.EncodeToString(b)
		next = &s
	}
	return 200, map[string]any{"data": page, "page": map[string]any{"next_cursor": next, "has_more": next != nil}}, "", nil
}

func open(url, sync string, n int32) *pgxpool.Pool {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		panic(err)
	}
	c.MaxConns, c.MinConns = n, n
	c.ConnConfig.RuntimeParams["synchronous_commit"] = sync
	c.ConnConfig.RuntimeParams["jit"] = "off"
	p, err := pgxpool.NewWithConfig(context.Background(), c)
	if err != nil {
		panic(err)
	}
	return p
}

func main() {
	pem, _ := os.ReadFile(os.Getenv("PUBKEY"))
	var err error
	if pub, err = jwt.ParseECPublicKeyFromPEM(bytes.TrimSpace(pem)); err != nil {
		panic(err)
	}
	master, _ = hex.DecodeString(os.Getenv("MASTER"))
	logger = slog.New(slog.NewJSONHandler(os.Stdout, nil))
	rpool, wpool = open(os.Getenv("DATABASE"), "off", 8), open(os.Getenv("DATABASE"), "on", 16)
	m := http.NewServeMux()
	m.HandleFunc("GET /v1/participants/{id}", wrap("/v1/participants/{id}", read))
	m.HandleFunc("PATCH /v1/participants/{id}", wrap("/v1/participants/{id}", update))
	m.HandleFunc("GET /v1/referrals", wrap("/v1/referrals", list))
	s := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: m, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 60 * time.Second}
	panic(s.ListenAndServe())
}
