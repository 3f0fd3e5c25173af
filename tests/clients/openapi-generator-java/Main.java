// SPDX-License-Identifier: MIT
import client.ApiClient;
import client.ApiException;
import client.api.GroupsApi;
import client.model.Group;
import client.model.GroupNew;
import client.model.ListedGroupPage;
import client.model.GroupState;
import client.model.Language;
import client.model.Problem;
import client.model.Series;
import client.model.Service;
import client.model.ServiceState;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

public class Main {
    static GroupsApi api;
    static Service service;

    static void must(boolean holds, String claim) {
        if (!holds) throw new AssertionError(claim);
    }

    static Group create(UUID key) throws ApiException {
        var series = new Series().localStart("2027-01-12T18:30").count(service.getMaxSessions());
        var body = new GroupNew().serviceId(service.getId()).language(Language.FR).series(series);
        return api.groupsCreate(key.toString(), body, null);
    }

    public static void main(String[] arguments) throws Exception {
        var connection = new ApiClient();
        connection.updateBaseUri(System.getenv("API"));
        connection.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + System.getenv("TOKEN")));
        api = new GroupsApi(connection);

        service = api.servicesList(Set.of(ServiceState.AVAILABLE), null, null, null).getData().get(0);
        must(service.getState() == ServiceState.AVAILABLE, "the filter holds");

        var key = UUID.randomUUID();
        Group group = create(key), again = create(key), other = create(UUID.randomUUID());
        must(group.getState() == GroupState.DRAFT, "a new group is a draft");
        must(again.getId().equals(group.getId()) && !other.getId().equals(group.getId()), "the same key creates once");
        must(api.groupsRead(group.getId(), null, null).equals(group), "what was created is read back");

        var seen = new HashSet<UUID>();
        int pages = 0;
        String cursor = null;
        do {
            ListedGroupPage page = api.groupsList(Set.of(GroupState.DRAFT, GroupState.RECRUITING), null, null, null, null, 1, cursor, null);
            page.getData().forEach(listed -> seen.add(listed.getId()));
            cursor = page.getPage().getNextCursor();
            pages++;
        } while (cursor != null);
        must(pages > 1 && seen.containsAll(Set.of(group.getId(), other.getId())), "the pages hold both");

        try {
            api.groupsRead(UUID.randomUUID(), null, null);
            must(false, "what is not there is a problem");
        } catch (ApiException missing) {
            var problem = ApiClient.createDefaultObjectMapper().readValue(missing.getResponseBody(), Problem.class);
            must(problem.getStatus() == 404 && problem.getType().getPath().endsWith("not-found"), "the problem says so");
        }

        System.out.println(group.getId());
    }
}
