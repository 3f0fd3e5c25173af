// SPDX-License-Identifier: MIT
package main

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/google/uuid"

	"journey/client"
)

var ctx = context.Background()

func must(holds bool, claim string) {
	if !holds {
		panic(claim)
	}
}

// An answer is one of several types; any but the awaited one ends the program.
func got[T any](answer any, err error) T {
	if err != nil {
		panic(err)
	}
	return answer.(T)
}

type token string

func (t token) Bearer(context.Context, client.OperationName) (client.Bearer, error) {
	return client.Bearer{Token: string(t)}, nil
}

func main() {
	api, err := client.NewClient(os.Getenv("API"), token(os.Getenv("TOKEN")))
	if err != nil {
		panic(err)
	}

	services := got[*client.ServicePageHeaders](api.ServicesList(ctx, client.ServicesListParams{State: []client.ServiceState{client.ServiceStateAvailable}}))
	service := services.Response.Data[0]
	must(service.State == client.ServiceStateAvailable, "the filter holds")

	create := func(key uuid.UUID) client.Group {
		return got[*client.GroupHeaders](api.GroupsCreate(ctx, &client.GroupNew{
			ServiceID: service.ID,
			Language:  client.LanguageFr,
			Series:    client.NewOptSeries(client.Series{LocalStart: "2027-01-12T18:30", Count: service.MaxSessions}),
		}, client.GroupsCreateParams{IdempotencyKey: key.String()})).Response
	}
	key := uuid.New()
	group, again, other := create(key), create(key), create(uuid.New())
	must(group.State == client.GroupStateDraft, "a new group is a draft")
	must(again.ID == group.ID && other.ID != group.ID, "the same key creates once")
	read := got[*client.GroupsReadOKHeaders](api.GroupsRead(ctx, client.GroupsReadParams{GroupID: group.ID})).Response
	must(reflect.DeepEqual(read, group), "what was created is read back")

	var seen []uuid.UUID
	pages := 0
	params := client.GroupsListParams{State: []client.GroupState{client.GroupStateDraft, client.GroupStateRecruiting}, Limit: client.NewOptInt(1)}
	for more := true; more; pages++ {
		page := got[*client.ListedGroupPageHeaders](api.GroupsList(ctx, params)).Response
		for _, listed := range page.Data {
			seen = append(seen, listed.ID)
		}
		more = page.Page.HasMore
		params.Cursor = client.NewOptString(page.Page.NextCursor.Or(""))
	}
	must(pages > 1 && slices.Contains(seen, group.ID) && slices.Contains(seen, other.ID), "the pages hold both")

	missing := got[*client.NotFoundHeaders](api.GroupsRead(ctx, client.GroupsReadParams{GroupID: uuid.New()})).Response
	must(missing.Status == 404 && strings.HasSuffix(missing.Type.Path, "not-found"), "what is not there is a problem")

	fmt.Println(group.ID)
}
