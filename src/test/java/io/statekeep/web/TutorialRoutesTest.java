package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The flows of the state-keeping note, through real HTTP over every store. */
class TutorialRoutesTest {
  private static final String TOKEN = "[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}";

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aSessionIsSetReadCountedAndEnded(Backend backend) {
    HttpProbe http = backend.shared();
    Answer set = http.get("/set_session?user_id=42&name=itcast");
    assertThat(set.status()).isEqualTo(200);
    assertThat(set.body()).isEqualTo("set_session");
    assertThat(set.setCookies())
        .singleElement()
        .asString()
        .matches(
            "sessionid="
                + TOKEN
                + "; Max-Age=1209600; Expires=\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT;"
                + " Path=/; HttpOnly; SameSite=Lax");
    String token = set.token();
    Answer read = http.get("/get_session", token);
    assertThat(read.body()).isEqualTo("get_session:42");
    assertThat(read.header("cache-control")).contains("no-store");
    // Nothing was written: the cookie is not sent again.
    assertThat(read.setCookies()).isEmpty();
    Answer counted = http.get("/update_session", token);
    assertThat(counted.body()).isEqualTo("counter:1");
    assertThat(counted.token()).isEqualTo(token);
    assertThat(http.get("/update_session", token).body()).isEqualTo("counter:2");
    Answer ended = http.get("/del_session", token);
    assertThat(ended.body()).isEqualTo("del_session");
    assertThat(ended.setCookies())
        .containsExactly(
            "sessionid=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly;"
                + " SameSite=Lax");
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:None");
    assertThat(http.get("/update_session", token).status()).isEqualTo(401);
    assertThat(http.get("/del_session", token).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aLiveSessionIsUpdatedAndNotReplaced(Backend backend) {
    HttpProbe http = backend.shared();
    String token = http.get("/set_session?user_id=7&kept=yes").token();
    Answer again = http.get("/set_session?name=x", token);
    assertThat(again.token()).isEqualTo(token);
    // Without user_id the one that is there stays.
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:7");
    http.get("/set_session?user_id=8", token);
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:8");
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void readingCreatesNothing(Backend backend) {
    HttpProbe http = backend.shared();
    Answer read = http.get("/get_session");
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.body()).isEqualTo("get_session:None");
    assertThat(read.setCookies()).isEmpty();
    assertThat(http.get("/update_session").status()).isEqualTo(401);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aHundredConcurrentUpdatesCountToAHundred(Backend backend) {
    HttpProbe http = backend.shared();
    String token = http.get("/set_session").token();
    List<CompletableFuture<Answer>> updates = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      updates.add(http.getAsync("/update_session", token));
    }
    Set<Integer> counts = new TreeSet<>();
    for (CompletableFuture<Answer> update : updates) {
      counts.add(Integer.valueOf(update.join().body().substring("counter:".length())));
    }
    assertThat(counts).hasSize(100).contains(1, 100);
    assertThat(http.get("/update_session", token).body()).isEqualTo("counter:101");
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aTokenOfNobodyIsNeverAdopted(Backend backend) {
    HttpProbe http = backend.shared();
    String dead = http.get("/set_session").token();
    http.get("/del_session", dead);
    Answer renewed = http.get("/set_session?user_id=5", dead);
    assertThat(renewed.token()).matches(TOKEN).isNotEqualTo(dead);
    assertThat(http.get("/get_session", dead).body()).isEqualTo("get_session:None");
    assertThat(http.get("/get_session", renewed.token()).body()).isEqualTo("get_session:5");
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void whatComesBeyondTheLimitsIsRefusedAndChangesNothing(Backend backend) {
    HttpProbe http = backend.shared();
    String token = http.get("/set_session?user_id=1").token();
    String part = "x".repeat(6000);
    int stored = 0;
    Answer answer = http.get("/set_session?a0=" + part, token);
    while (answer.status() == 200) {
      stored++;
      answer = http.get("/set_session?user_id=2&a" + stored + "=" + part, token);
    }
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.header("content-type")).contains("application/problem+json");
    assertThat(answer.setCookies()).isEmpty();
    assertThat(stored).isEqualTo(10);
    assertThat(http.get("/set_session?user_id=3&" + "y".repeat(129) + "=1", token).status())
        .isEqualTo(400);
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:2");
    http.get("/set_session?counter=text", token);
    http.get("/del_session", token);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aCounterThatIsNoNumberIsAConflict(Backend backend) {
    HttpProbe http = backend.shared();
    String token = http.get("/set_session?counter=text").token();
    assertThat(http.get("/update_session", token).status()).isEqualTo(409);
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:6666");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /set_session                    | get_session:6666
          /set_session?user_id=0042       | get_session:42
          /set_session?user_id=12345678901234567890123 | get_session:12345678901234567890123
          /set_session?user_id=4x         | get_session:4x
          /set_session?user_id=-1         | get_session:-1
          /set_session?user_id=           | get_session:
          /set_session?user_id=%E4%B8%AD%22%5C | get_session:中"\\
          /set_session?user_id=1&user_id=2 | get_session:2
          /set_session?user_id=a;b         | get_session:a;b
          /set_session?a=1;user_id=5       | get_session:6666
          """)
  void theUserIsReadBackAsItWasSet(String path, String read) {
    HttpProbe http = Backend.LOCAL.shared();
    String token = http.get(path).token();
    assertThat(http.get("/get_session", token).body()).isEqualTo(read);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aNumberLongerThanReadersOfJsonTakeIsRefusedAndTheSessionLives(Backend backend) {
    HttpProbe http = backend.shared();
    String longest = "9".repeat(1000);
    String token = http.get("/set_session?user_id=" + longest).token();
    Answer refused = http.get("/set_session?user_id=" + longest + "9", token);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.header("content-type")).contains("application/problem+json");
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:" + longest);
    // Zeros in front are no digits of the number.
    http.get("/set_session?user_id=" + "0".repeat(1200) + "42", token);
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:42");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/get_session?sessionid=TOKEN",
        "/get_session;sessionid=TOKEN",
        "/get_session;jsessionid=TOKEN",
        "/get_session?sid=TOKEN&token=TOKEN"
      })
  void aTokenInTheUrlIsNoToken(String path) {
    HttpProbe http = Backend.LOCAL.shared();
    String token = http.get("/set_session").token();
    assertThat(http.get(path.replace("TOKEN", token)).body()).doesNotContain("6666");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "'",
        "*",
        "../",
        "{x}y",
        "a.b",
        "FORGED",
        "FORGED2",
        "\"TOKEN\"",
        "TOKEN=",
        "TOKENx",
        "%54OKEN"
      })
  void aTokenThatDoesNotVerifyIsNoSessionAndCostsNone(String text) {
    HttpProbe http = Backend.LOCAL.shared();
    String token = http.get("/set_session").token();
    String forged =
        text.replace("TOKEN", token)
            .replace("FORGED2", "A".repeat(43) + "." + "B".repeat(43))
            .replace("FORGED", token.substring(0, 86) + (token.endsWith("A") ? "Q" : "A"));
    for (String path : List.of("/get_session", "/del_session")) {
      Answer answer = http.getWithCookies(path, "sessionid=" + forged);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.setCookies()).isEmpty();
    }
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:6666");
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void ofTwoSessionCookiesTheLivingOneCountsAndOfTwoLivingNeither(Backend backend) {
    HttpProbe http = backend.shared();
    String mine = http.get("/set_session?user_id=1").token();
    String other = http.get("/set_session?user_id=2").token();
    String dead = http.get("/set_session?user_id=3").token();
    http.get("/del_session", dead);
    String forged = "A".repeat(43) + "." + "B".repeat(43);
    for (String worthless : List.of(dead, forged, "", "x")) {
      assertThat(both(http, mine, worthless)).isEqualTo("get_session:1");
      assertThat(both(http, worthless, mine)).isEqualTo("get_session:1");
    }
    assertThat(both(http, mine, mine)).isEqualTo("get_session:1");
    assertThat(both(http, mine, other)).isEqualTo("get_session:None");
    assertThat(both(http, other, mine)).isEqualTo("get_session:None");
  }

  private static String both(HttpProbe http, String one, String two) {
    return http.getWithCookies("/get_session", "sessionid=" + one + "; sessionid=" + two).body();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /set_cookie?username=itcast             | username=itcast; Max-Age=3600; Expires=.* GMT; Path=/; SameSite=Lax
          /set_cookie?username=itcast&max_age=60  | username=itcast; Max-Age=60; Expires=.* GMT; Path=/; SameSite=Lax
          /set_cookie?username=a&max_age=session  | username=a; Path=/; SameSite=Lax
          /set_cookie?username=a&max_age=0        | username=a; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; SameSite=Lax
          /set_cookie?username=a&max_age=999999999| username=a; Max-Age=34560000; Expires=.* GMT; Path=/; SameSite=Lax
          /set_cookie?username=a%3Bb%2C%22%20%25  | username=a%3Bb%2C%22%20%25; Max-Age=3600; Expires=.*
          /set_cookie?username=%0D%0ASet-Cookie:x | username=%0D%0ASet-Cookie:x; Max-Age=3600; Expires=.*
          /set_cookie?username=%E4%B8%AD          | username=%E4%B8%AD; Max-Age=3600; Expires=.*
          /set_cookie?username=                   | username=; Max-Age=3600; Expires=.*
          /set_cookie?username=a;b                | username=a%3Bb; Max-Age=3600; Expires=.*
          /set_cookie?username=a+b;max_age=0      | username=a%20b%3Bmax_age=0; Max-Age=3600; Expires=.*
          """)
  void aCookieIsWrittenInOneForm(String path, String line) {
    Answer answer = Backend.LOCAL.shared().get(path);
    assertThat(answer.body()).isEqualTo("set_cookie");
    assertThat(answer.setCookies()).singleElement().asString().matches(line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/set_cookie",
        "/set_cookie?username=a&max_age=-1",
        "/set_cookie?username=a&max_age=soon",
        "/set_cookie?username=a&max_age=1.5",
        "/set_cookie?username=a&max_age=",
        "/set_cookie?username=a&max_age=99999999999999999999"
      })
  void aBadParameterIsABadRequest(String path) {
    Answer answer = Backend.LOCAL.shared().get(path);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).contains("application/problem+json");
    assertThat(answer.setCookies()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          username=itcast           | get_cookie:itcast
          a=b; username=x; c=d      | get_cookie:x
          Username=x                | get_cookie:None
          username=a%3Bb%25         | get_cookie:a;b%
          username=%2541            | get_cookie:%41
          username=%zz%             | get_cookie:%zz%
          username=%E4%B8%AD        | get_cookie:中
          username=%FF              | get_cookie:%FF
          username="q"              | get_cookie:"q"
          username=                 | get_cookie:
          ,username=x               | get_cookie:None
          a="x; username=y; z"      | get_cookie:y
          bad name=1; username=ok   | get_cookie:ok
          """)
  void aCookieIsReadAsItWasSent(String cookies, String body) {
    assertThat(Backend.LOCAL.shared().getWithCookies("/get_cookie", cookies).body())
        .isEqualTo(body);
  }
}
