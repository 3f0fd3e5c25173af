// SPDX-License-Identifier: MIT
import client.apis.GroupsApi
import client.infrastructure.ApiClient
import client.infrastructure.ClientError
import client.infrastructure.ClientException
import client.infrastructure.Serializer
import client.models.Group
import client.models.GroupNew
import client.models.GroupState
import client.models.Language
import client.models.Problem
import client.models.Series
import client.models.ServiceState
import java.util.UUID

fun main() {
    // What nobody set is left out; it would be sent as null, which the contract refuses where it means something else.
    Serializer.kotlinxSerializationJsonConfiguration = { encodeDefaults = false }
    ApiClient.accessToken = System.getenv("TOKEN")
    val api = GroupsApi(System.getenv("API"))

    val service = api.servicesList(state = setOf(ServiceState.available)).data.first()
    check(service.state == ServiceState.available)

    fun create(key: UUID): Group {
        val series = Series(localStart = "2027-01-12T18:30", count = service.maxSessions)
        return api.groupsCreate(key.toString(), GroupNew(serviceId = service.id, language = Language.fr, series = series))
    }
    val key = UUID.randomUUID()
    val group = create(key)
    val again = create(key)
    val other = create(UUID.randomUUID())
    check(group.state == GroupState.draft)
    check(again.id == group.id && other.id != group.id) { "the same key creates once" }
    check(api.groupsRead(group.id) == group) { "what was created is read back" }

    val seen = mutableSetOf<UUID>()
    var pages = 0
    var cursor: String? = null
    do {
        val page = api.groupsList(state = setOf(GroupState.draft, GroupState.recruiting), limit = 1, cursor = cursor)
        seen += page.data.map { it.id }
        cursor = page.page.nextCursor
        pages++
    } while (cursor != null)
    check(pages > 1 && seen.containsAll(setOf(group.id, other.id))) { "the pages hold both" }

    val missing = runCatching { api.groupsRead(UUID.randomUUID()) }.exceptionOrNull() as ClientException
    val problem = Serializer.kotlinxSerializationJson.decodeFromString<Problem>((missing.response as ClientError<*>).body as String)
    check(problem.status == 404 && problem.type.path.endsWith("not-found")) { "what is not there is a problem" }

    println(group.id)
}
