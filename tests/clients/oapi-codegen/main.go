// SPDX-License-Identifier: MIT
package main

import (
	"context"
	"fmt"
	"net/http"
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

func got[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func withToken(_ context.Context, request *http.Request) error {
	request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
	return nil
}

func main() {
	api := got(client.NewClientWithResponses(os.Getenv("API"), client.WithRequestEditorFn(withToken)))

	services := got(api.ServicesListWithResponse(ctx, &client.ServicesListParams{State: &[]client.ServiceState{client.ServiceStateAvailable}})).JSON200
	service := services.Data[0]
	must(service.State == client.ServiceStateAvailable, "the filter holds")

	create := func(key uuid.UUID) *client.Group {
		return got(api.GroupsCreateWithResponse(ctx, &client.GroupsCreateParams{IdempotencyKey: key.String()}, client.GroupNew{
			ServiceId: service.Id,
			Language:  client.LanguageFr,
			Series:    &client.Series{LocalStart: "2027-01-12T18:30", Count: service.MaxSessions},
		})).JSON201
	}
	key := uuid.New()
	group, again, other := create(key), create(key), create(uuid.New())
	must(group.State == client.GroupStateDraft, "a new group is a draft")
	must(again.Id == group.Id && other.Id != group.Id, "the same key creates once")
	must(reflect.DeepEqual(got(api.GroupsReadWithResponse(ctx, group.Id, nil)).JSON200, group), "what was created is read back")

	var seen []uuid.UUID
	pages, limit := 0, 1
	params := client.GroupsListParams{State: &[]client.GroupState{client.GroupStateDraft, client.GroupStateRecruiting}, Limit: &limit}
	for more := true; more; pages++ {
		page := got(api.GroupsListWithResponse(ctx, &params)).JSON200
		for _, listed := range page.Data {
			seen = append(seen, listed.Id)
		}
		params.Cursor, more = page.Page.NextCursor, page.Page.HasMore
	}
	must(pages > 1 && slices.Contains(seen, group.Id) && slices.Contains(seen, other.Id), "the pages hold both")

	missing := got(api.GroupsReadWithResponse(ctx, uuid.New(), nil)).ApplicationproblemJSON404
	must(missing.Status == 404 && strings.HasSuffix(missing.Type, "not-found"), "what is not there is a problem")

	fmt.Println(group.Id)
}
