package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many sessions through the API, over every store. */
class CollectionApiTest {
  private static final String ALL = "/v1/sessions";

  private static List<String> begin(ApiProbe api, String subject, int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(api.begin("{\"subject\": \"" + subject + "\"}").getString("id"));
    }
    return ids;
  }

  private static List<String> listed(ApiProbe api, String query) {
    List<String> ids = new ArrayList<>();
    String next = "";
    while (next != null) {
      String cursor = next.isEmpty() ? "" : "&cursor=" + next;
      Answer page = api.get(ALL + "?" + query + cursor);
      assertThat(page.status()).isEqualTo(200);
      assertThat(page.json().fieldNames()).containsExactlyInAnyOrder("sessions", "next");
      page.json()
          .getJsonArray("sessions")
          .forEach(session -> ids.add(((JsonObject) session).getString("id")));
      next = page.json().getString("next");
    }
    return ids;
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void sessionsAreListedNewestFirstOverAllPages(Backend backend) {
    ApiProbe api = backend.sharedApi();
    String subject = Servers.newName();
    List<String> begun = begin(api, subject, 7);
    for (String query :
        List.of("limit=3", "limit=1", "limit=7", "limit=501", "limit=99999999999")) {
      assertThat(listed(api, query + "&subject=" + subject))
          .containsExactlyInAnyOrderElementsOf(begun);
    }
    // Two of one millisecond have no order between them, so that ages are compared and not ids.
    List<String> created = new ArrayList<>();
    api.get(ALL + "?subject=" + subject)
        .json()
        .getJsonArray("sessions")
        .forEach(session -> created.add(((JsonObject) session).getString("created_at")));
    List<String> newestFirst = new ArrayList<>(created);
    newestFirst.sort(Collections.reverseOrder());
    assertThat(created).isEqualTo(newestFirst);
    assertThat(listed(api, "limit=2")).containsAll(begun).doesNotHaveDuplicates();
    assertThat(listed(api, "subject=nobody")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void allSessionsOfASubjectEndExceptTheOneThatIsNamed(Backend backend) {
    ApiProbe api = backend.sharedApi();
    String subject = Servers.newName();
    List<String> ids = begin(api, subject, 4);
    String other = begin(api, subject + "x", 1).get(0);
    Answer revoked = api.delete(ALL + "?subject=" + subject + "&except=" + ids.get(2));
    assertThat(revoked.status()).isEqualTo(200);
    assertThat(revoked.json()).isEqualTo(new JsonObject("{\"revoked\": 3}"));
    assertThat(listed(api, "subject=" + subject)).containsExactly(ids.get(2));
    assertThat(api.delete(ALL + "?subject=" + subject).json().getInteger("revoked")).isEqualTo(1);
    assertThat(api.delete(ALL + "?subject=" + subject).json().getInteger("revoked")).isZero();
    assertThat(api.get(ALL + "/" + other).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=-1",
        "limit=",
        "limit=1.5",
        "limit=ten",
        "limit=1&limit=2",
        "subject=",
        "subject=%00",
        "subject=a&subject=b",
        "cursor=",
        "cursor=x",
        "cursor=MTIzLg",
        "cursor=%FF"
      })
  void aBadParameterIsABadRequest(String query) {
    Answer answer = Backend.LOCAL.sharedApi().get(ALL + "?" + query);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).contains("application/problem+json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "?subject=", "?subject=a&except=x", "?subject=a&except=", "?except=a"})
  void anEndOfManyIsOfOneSubject(String query) {
    ApiProbe api = Backend.LOCAL.sharedApi();
    String id = begin(api, "a", 1).get(0);
    assertThat(api.delete(ALL + query).status()).isEqualTo(400);
    assertThat(api.get(ALL + "/" + id).status()).isEqualTo(200);
  }
}
