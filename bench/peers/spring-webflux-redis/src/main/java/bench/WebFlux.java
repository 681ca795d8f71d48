package bench;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

/** The routes on Spring WebFlux, sessions kept in Redis by Spring Session. */
@SpringBootApplication
@RestController
public class WebFlux {
  public static void main(String[] arguments) {
    SpringApplication.run(WebFlux.class, arguments);
  }

  @GetMapping("/plain")
  String plain() {
    return "hello";
  }

  @GetMapping("/set_session")
  String set(
      WebSession session,
      @RequestParam("user_id") long user,
      @RequestParam String name,
      @RequestParam String text) {
    session.getAttributes().put("user_id", user);
    session.getAttributes().put("name", name);
    session.getAttributes().put("text", text);
    return "set_session";
  }

  @GetMapping("/get_session")
  String get(WebSession session) {
    return "get_session:" + session.getAttributeOrDefault("user_id", (Object) "None");
  }

  @GetMapping("/update_session")
  String update(WebSession session) {
    if (session.getAttribute("user_id") == null) {
      throw new ResponseStatusException(HttpStatus.UNAUTHORIZED);
    }
    long next = session.getAttributeOrDefault("counter", 0L) + 1;
    session.getAttributes().put("counter", next);
    return "counter:" + next;
  }

  @GetMapping("/del_session")
  Mono<String> delete(WebSession session) {
    return session.invalidate().thenReturn("del_session");
  }
}
