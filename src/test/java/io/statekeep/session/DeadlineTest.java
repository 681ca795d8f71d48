package io.statekeep.session;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void anAnswerThatIsThereIsPassedOnAsItIs() {
    Future<String> answer = Future.succeededFuture("now");
    assertThat(new Deadline(50).limit(vertx, answer)).isSameAs(answer);
  }

  @Test
  void anAnswerThatComesTooLateMeetsNobody() {
    Promise<String> late = Promise.promise();
    Future<String> limited = new Deadline(50).limit(vertx, late.future());
    assertThatThrownBy(() -> await(limited))
        .isInstanceOf(SessionStoreException.class)
        .hasMessage("no answer within 50 ms");
    late.complete("late");
    assertThat(limited.failed()).isTrue();
  }

  @Test
  void answersThatCameAreForgottenWhileOneHangsInFrontOfThem() {
    Deadline patient = new Deadline(60_000);
    Future<String> hung = patient.limit(vertx, Promise.<String>promise().future());
    for (int i = 0; i < 100; i++) {
      Promise<Integer> answer = Promise.promise();
      Future<Integer> limited = patient.limit(vertx, answer.future());
      answer.complete(i);
      assertThat(await(limited)).isEqualTo(i);
    }
    while (patient.remembered() > 1) {
      Thread.onSpinWait();
    }
    assertThat(hung.isComplete()).isFalse();
  }

  @Test
  void theEndOfAContextThatAskedDoesNotEndTheWatch() {
    Deadline deadline = new Deadline(100);
    Promise<Future<String>> asked = Promise.promise();
    String id =
        await(
            vertx.deployVerticle(
                context -> {
                  asked.complete(deadline.limit(vertx, Promise.<String>promise().future()));
                  return Future.succeededFuture();
                }));
    Future<String> limited = await(asked.future());
    await(vertx.undeploy(id));
    assertThatThrownBy(() -> await(limited)).hasMessage("no answer within 100 ms");
    Future<String> next = deadline.limit(vertx, Promise.<String>promise().future());
    assertThatThrownBy(() -> await(next)).hasMessage("no answer within 100 ms");
  }

  @Test
  void closingEndsWhatWaitsAndWhatWould() {
    Deadline deadline = new Deadline(60_000);
    Future<String> waiting = deadline.limit(vertx, Promise.<String>promise().future());
    deadline.close();
    assertThatThrownBy(() -> await(waiting)).hasMessage("the store is closed");
    Future<String> next = deadline.limit(vertx, Promise.<String>promise().future());
    assertThatThrownBy(() -> await(next)).hasMessage("the store is closed");
  }

  @Test
  void lateAnswersAreLookedForOftenEnoughWhateverTheDeadline() {
    assertThat(new Deadline(5).tickMillis()).isEqualTo(1);
    assertThat(new Deadline(500).tickMillis()).isEqualTo(50);
    assertThat(new Deadline(3_600_000).tickMillis()).isEqualTo(200);
  }
}
