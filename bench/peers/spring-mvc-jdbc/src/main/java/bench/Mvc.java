package bench;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The routes on Spring MVC, sessions kept in PostgreSQL by Spring Session. */
@SpringBootApplication
@RestController
public class Mvc {
  public static void main(String[] arguments) {
    SpringApplication.run(Mvc.class, arguments);
  }

  @GetMapping("/plain")
  String plain() {
    return "hello";
  }

  @GetMapping("/set_session")
  String set(
      HttpSession session,
      @RequestParam("user_id") long user,
      @RequestParam String name,
      @RequestParam String text) {
    session.setAttribute("user_id", user);
    session.setAttribute("name", name);
    session.setAttribute("text", text);
    return "set_session";
  }

  @GetMapping("/get_session")
  String get(HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    Object user = session == null ? null : session.getAttribute("user_id");
    return "get_session:" + (user == null ? "None" : user);
  }

  @GetMapping("/update_session")
  String update(HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    if (session == null) {
      throw new ResponseStatusException(HttpStatus.UNAUTHORIZED);
    }
    Long counter = (Long) session.getAttribute("counter");
    long next = counter == null ? 1 : counter + 1;
    session.setAttribute("counter", next);
    return "counter:" + next;
  }

  @GetMapping("/del_session")
  String delete(HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    if (session != null) {
      session.invalidate();
    }
    return "del_session";
  }
}
