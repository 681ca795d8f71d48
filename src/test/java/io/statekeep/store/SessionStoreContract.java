package io.statekeep.store;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Attributes;
import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.ExpiryChange;
import io.statekeep.session.Lifetime;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.Visit;
import io.statekeep.testing.Keys;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every session store does. One small subclass for each store; what a store cannot do, the
 * product cannot.
 */
public abstract class SessionStoreContract extends EventContract {
  // --- load and create

  @Test
  void loadOfAnUnknownKeyIsEmptyAndWritesNothing() {
    assertThat(await(store.load(Keys.next()))).isEmpty();
    assertThat(all()).isEmpty();
  }

  @Test
  void aCreatedSessionIsReadBackWhole() {
    SessionRecord record =
        new SessionRecord(
            Keys.next(),
            "alice",
            Attributes.of(
                new JsonObject()
                    .put("n", 9007199254740993L)
                    .put("list", List.of(1, "two", new JsonObject().put("x", true)))
                    .put("text", "plain")),
            new Lifetime(now() - 5, now() - 3, 60_000, now() + 60_000, now() + 7_000_000, false),
            3);
    assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
    SessionRecord read = loaded(record.key());
    assertThat(read.attributes().toJson()).isEqualTo(record.attributes().toJson());
    assertThat(read.lifetime()).isEqualTo(record.lifetime());
    assertThat(read).isEqualTo(record);
    assertThat(await(other.load(record.key()))).contains(record);
  }

  @Test
  void createOfATakenKeyWritesNothing() {
    SessionRecord first = created(withName("first"));
    SessionRecord second =
        SessionRecord.create(first.key(), POLICY, now()).withAttributes(withName("second"));
    assertThat(await(other.create(Creation.of(second)))).isEqualTo(CreateOutcome.TAKEN);
    assertThat(await(store.load(first.key()))).contains(first);
  }

  @Test
  void ofConcurrentCreationsUnderOneKeyExactlyOneHolds() {
    SessionKey key = Keys.next();
    List<Future<CreateOutcome>> creations = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      SessionRecord record =
          SessionRecord.create(key, POLICY, now()).withAttributes(withName("n" + i));
      creations.add((i % 2 == 0 ? store : other).create(Creation.of(record)));
    }
    assertThat(awaitAll(creations)).containsOnlyOnce(CreateOutcome.CREATED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "' OR 1=1 --",
        "\" \\ / \b\f\n\r\t",
        "{x}:*?[a-z]",
        "FLUSHALL\r\n$7\r\n",
        "\u0000\u0001\u001f",
        "\u00e9 \u4e2d\u6587 \ud83d\ude00",
        "\ud83d lone",
        "\udc00 low",
        "  spaces  ",
        "null",
        "\u2028\u2029\ufeff\uffff",
      })
  void anyTextIsStoredVerbatimInNamesAndValues(String text) {
    SessionRecord record = created(Attributes.of(new JsonObject().put(text, text)));
    SessionRecord read = await(other.load(record.key())).orElseThrow();
    assertThat(read.attributes().names()).containsExactly(text);
    assertThat(read.attributes().value(text)).contains(text);
    saved(record.key(), SessionDelta.builder().remove(text).build());
    assertThat(loaded(record.key()).attributes().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "' OR 1=1 --",
        "A",
        "a",
        "a ",
        "{x}:*",
        "a\r\nb",
        "\u00e9\u4e2d\ud83d\ude00",
        "*",
        "\\"
      })
  void anySubjectIsKeptApartFromEveryOther(String subject) {
    SessionRecord mine = createdFor(subject);
    for (String somebody : List.of("a", "A", "a ", "e", "*", "%", "_", "\\")) {
      if (!somebody.equals(subject)) {
        createdFor(somebody);
      }
    }
    assertThat(loaded(mine.key()).subject()).isEqualTo(subject);
    assertThat(of(subject)).containsExactly(mine.key());
    assertThat(await(store.deleteBySubject(subject, Optional.empty()))).containsExactly(mine.key());
    assertThat(all()).hasSizeGreaterThan(6);
  }

  // --- save

  @Test
  void aDeltaSetsAndRemovesOnlyWhatItNames() {
    SessionRecord record =
        created(Attributes.of(new JsonObject().put("a", 1).put("b", 2).put("c", 3)));
    SessionDelta delta =
        SessionDelta.builder().put("b", "\"new\"").remove("c").put("d", "[4]").remove("x").build();
    SessionRecord after = saved(record.key(), delta);
    assertThat(after.attributes().toJson()).isEqualTo("{\"a\":1,\"b\":\"new\",\"d\":[4]}");
    assertThat(after.version()).isEqualTo(2);
    assertThat(await(other.load(record.key()))).contains(after);
  }

  @Test
  void aDefaultIsSetOnlyWhereThereIsNothing() {
    SessionRecord record = created(withName("old"));
    SessionDelta delta =
        SessionDelta.builder().putDefault("name", "\"x\"").putDefault("other", "7").build();
    Attributes after = saved(record.key(), delta).attributes();
    assertThat(after.value("name")).contains("old");
    assertThat(after.value("other")).contains(7);
  }

  @Test
  void clearDropsWhatOthersWroteAndKeepsWhatComesWithIt() {
    SessionRecord record = created(withName("old"));
    saved(record.key(), SessionDelta.put("late", "1"));
    SessionDelta delta = SessionDelta.builder().put("lost", "1").clear().put("kept", "2").build();
    assertThat(saved(record.key(), delta).attributes().toJson()).isEqualTo("{\"kept\":2}");
    assertThat(loaded(record.key()).attributes().toJson()).isEqualTo("{\"kept\":2}");
  }

  @Test
  void saveOfAnUnknownKeyIsGone() {
    SessionKey key = Keys.next();
    assertThat(await(store.save(key, SessionDelta.put("a", "1")))).isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.save(key, SessionDelta.increment("a", 1)))).isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.load(key))).isEmpty();
  }

  @Test
  void saveDoesNotReviveADeletedSession() {
    SessionRecord record = created(withName("x"));
    assertThat(await(other.delete(record.key(), EndReason.REVOKED))).isTrue();
    SessionDelta delta = SessionDelta.put("a", "1").withSeen(record);
    assertThat(await(store.save(record.key(), delta))).isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.save(record.key(), SessionDelta.TOUCH))).isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.load(record.key()))).isEmpty();
    assertThat(all()).isEmpty();
  }

  @Test
  void aSaveOnAnOldReadKeepsWhatOthersWroteSince() {
    SessionRecord seen = created(withName("x"));
    await(other.save(seen.key(), SessionDelta.put("theirs", "1")));
    saved(seen.key(), SessionDelta.put("mine", "2").withSeen(seen));
    assertThat(loaded(seen.key()).attributes().names())
        .containsExactlyInAnyOrder("name", "theirs", "mine");
    assertThat(loaded(seen.key()).version()).isEqualTo(3);
  }

  @Test
  void aSaveOnAReadThatIsCurrentHolds() {
    SessionRecord seen = created(withName("x"));
    SessionRecord second = saved(seen.key(), SessionDelta.put("a", "1").withSeen(seen));
    SessionRecord third = saved(seen.key(), SessionDelta.put("b", "2").withSeen(second));
    assertThat(third.version()).isEqualTo(3);
    assertThat(await(other.load(seen.key()))).contains(third);
  }

  @Test
  void aSaveOnAnotherVersionIsAConflictAndWritesNothing() {
    SessionRecord record = created(withName("x"));
    SessionRecord current = saved(record.key(), SessionDelta.put("a", "1"));
    SessionDelta stale = SessionDelta.builder().put("a", "2").ifVersion(1).build();
    assertThat(await(store.save(record.key(), stale))).isEqualTo(SaveOutcome.CONFLICT);
    assertThat(await(store.save(record.key(), stale.withSeen(record))))
        .isEqualTo(SaveOutcome.CONFLICT);
    assertThat(await(store.load(record.key()))).contains(current);
    SessionDelta fresh = SessionDelta.builder().put("a", "2").ifVersion(2).build();
    assertThat(saved(record.key(), fresh).version()).isEqualTo(3);
  }

  @Test
  void ofConcurrentSavesOnOneVersionExactlyOneHolds() {
    SessionRecord record = created(withName("x"));
    List<Future<SaveOutcome>> saves = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      SessionDelta delta = SessionDelta.builder().put("a", "" + i).ifVersion(1).build();
      saves.add(
          (i % 2 == 0 ? store : other)
              .save(record.key(), i % 3 == 0 ? delta.withSeen(record) : delta));
    }
    assertThat(awaitAll(saves).stream().filter(o -> o instanceof SaveOutcome.Saved)).hasSize(1);
    assertThat(loaded(record.key()).version()).isEqualTo(2);
  }

  // --- increments and limits

  @Test
  void anIncrementAddsToWhatIsThereOrToNothing() {
    SessionRecord record = created(Attributes.of(new JsonObject().put("n", 40)));
    assertThat(saved(record.key(), SessionDelta.increment("n", 2)).attributes().get("n"))
        .isEqualTo("42");
    assertThat(saved(record.key(), SessionDelta.increment("new", -5)).attributes().get("new"))
        .isEqualTo("-5");
    long big = Long.MAX_VALUE - 5;
    assertThat(saved(record.key(), SessionDelta.increment("new", big)).attributes().get("new"))
        .isEqualTo("" + (big - 5));
  }

  @Test
  void anIncrementOfSomethingElseThanAWholeNumberChangesNothing() {
    SessionRecord record =
        created(
            Attributes.of(
                new JsonObject().put("text", "7").put("half", 1.5).put("full", Long.MAX_VALUE)));
    for (String name : List.of("text", "half", "full")) {
      SessionDelta delta = SessionDelta.builder().put("side", "1").increment(name, 1).build();
      assertThat(await(store.save(record.key(), delta)))
          .isEqualTo(new SaveOutcome.NotANumber(name));
    }
    assertThat(await(store.load(record.key()))).contains(record);
  }

  @Test
  void aSessionOverItsLimitsIsRefusedAndUnchanged() {
    SessionRecord record = created(withName("x"));
    SessionDelta.Builder many = SessionDelta.builder();
    for (int i = 0; i < POLICY.maxAttributes(); i++) {
      many.put("a" + i, "1");
    }
    assertThat(await(store.save(record.key(), many.build()))).isEqualTo(SaveOutcome.TOO_LARGE);
    SessionDelta big = SessionDelta.put("big", "\"" + "x".repeat(POLICY.maxBytes()) + "\"");
    assertThat(await(store.save(record.key(), big))).isEqualTo(SaveOutcome.TOO_LARGE);
    assertThat(await(store.load(record.key()))).contains(record);
  }

  @Test
  void theLimitsAreExact() {
    // {"name":"x"} is 12 bytes; ,"e":"" adds 7, each é two more.
    SessionRecord record = created(withName("x"));
    int room = POLICY.maxBytes() - 12 - 7;
    String fits = "\u00e9".repeat(room / 2) + "x".repeat(room % 2);
    SessionDelta over = SessionDelta.put("e", "\"" + fits + "x\"");
    assertThat(await(store.save(record.key(), over))).isEqualTo(SaveOutcome.TOO_LARGE);
    SessionRecord full = saved(record.key(), SessionDelta.put("e", "\"" + fits + "\""));
    assertThat(full.attributes().bytes()).isEqualTo(POLICY.maxBytes());
    assertThat(await(store.save(record.key(), SessionDelta.increment("n", 1))))
        .isEqualTo(SaveOutcome.TOO_LARGE);
    // What makes it smaller is always welcome.
    saved(record.key(), SessionDelta.builder().remove("e").build());
    saved(record.key(), SessionDelta.put("e", "\"" + fits + "\""));
    saved(record.key(), SessionDelta.builder().clear().put("e", "\"" + fits + "\"").build());
  }

  @Test
  void sixteenAttributesFitWhereSixteenAreAllowed() {
    SessionRecord record = created(Attributes.NONE);
    SessionDelta.Builder many = SessionDelta.builder();
    for (int i = 0; i < POLICY.maxAttributes(); i++) {
      many.put("a" + i, "1");
    }
    saved(record.key(), many.build());
    saved(record.key(), SessionDelta.put("a3", "2"));
    assertThat(await(store.save(record.key(), SessionDelta.put("one more", "1"))))
        .isEqualTo(SaveOutcome.TOO_LARGE);
    saved(record.key(), SessionDelta.builder().remove("a3").put("one more", "1").build());
  }

  // --- life

  @Test
  void anExpiredRecordIsAbsentBeforePurge() {
    SessionRecord record = createdFor("alice");
    clock.advance(Duration.ofMillis(record.lifetime().expiresAt() - now() - 1));
    assertThat(await(store.load(record.key()))).isPresent();
    clock.advance(Duration.ofMillis(1));
    assertThat(await(store.load(record.key()))).isEmpty();
    assertThat(await(other.load(record.key()))).isEmpty();
    assertThat(of("alice")).isEmpty();
    assertThat(all()).isEmpty();
    SessionDelta delta = SessionDelta.builder().put("a", "1").touch().build();
    assertThat(await(store.save(record.key(), delta))).isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.save(record.key(), delta.withSeen(record)))).isEqualTo(SaveOutcome.GONE);
    Rotation rotation = Rotation.of(record.key(), Keys.nextFor(record.key()));
    assertThat(await(store.rotate(rotation, SessionDelta.TOUCH))).isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.delete(record.key(), EndReason.REVOKED))).isFalse();
    assertThat(await(store.deleteBySubject("alice", Optional.empty()))).isEmpty();
  }

  @Test
  void aTouchIsWrittenOnlyWhenDueAndIsNoNewVersion() {
    SessionRecord record = created(withName("x"));
    clock.advance(Duration.ofSeconds(59));
    SaveOutcome early = await(store.save(record.key(), SessionDelta.TOUCH));
    assertThat(early).isEqualTo(new SaveOutcome.Saved(record, false));
    clock.advance(Duration.ofSeconds(1));
    SaveOutcome.Saved due = (SaveOutcome.Saved) await(store.save(record.key(), SessionDelta.TOUCH));
    assertThat(due.written()).isTrue();
    assertThat(due.record().version()).isEqualTo(1);
    assertThat(due.record().lifetime().lastSeenAt()).isEqualTo(now());
    assertThat(due.record().lifetime().expiresAt() - record.lifetime().expiresAt())
        .isEqualTo(60_000);
    assertThat(await(other.load(record.key()))).contains(due.record());
  }

  @Test
  void ofConcurrentTouchesOneIsWritten() {
    SessionRecord record = created(withName("x"));
    clock.advance(Duration.ofMinutes(2));
    List<Future<SaveOutcome>> touches = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      touches.add((i % 2 == 0 ? store : other).save(record.key(), SessionDelta.TOUCH));
    }
    assertThat(awaitAll(touches).stream().filter(o -> ((SaveOutcome.Saved) o).written()))
        .hasSize(1);
  }

  @Test
  void nodesThatChangeTheSameFewSessionsFromOldCopiesAllSucceed() {
    List<SessionRecord> records = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      records.add(created(withName("x")));
    }
    List<Future<SaveOutcome>> saves = new ArrayList<>();
    for (int i = 0; i < 1600; i++) {
      SessionRecord old = records.get(i % records.size());
      SessionDelta delta = SessionDelta.increment("n", 1);
      SessionStore node = (i / records.size()) % 2 == 0 ? store : other;
      saves.add(node.save(old.key(), i % 3 == 0 ? delta : delta.withSeen(old)));
    }
    assertThat(awaitAll(saves)).allMatch(SaveOutcome.Saved.class::isInstance);
    for (SessionRecord record : records) {
      assertThat(await(store.load(record.key())).orElseThrow().attributes().get("n"))
          .isEqualTo("200");
    }
  }

  @Test
  void aVisitFindsWhatALoadFindsAndRecordsActivityOnlyWhenItIsDue() {
    SessionRecord record = created(withName("x"));
    for (int i = 0; i < 3; i++) {
      assertThat(await(store.visit(record.key()))).isEqualTo(Visit.read(Optional.of(record)));
    }
    assertThat(await(store.visit(Keys.next()))).isEqualTo(Visit.read(Optional.empty()));
    clock.advance(Duration.ofMillis(POLICY.touchInterval()));
    Visit due = await(store.visit(record.key()));
    SessionRecord found = due.record().orElseThrow();
    // Where the store does not record it in the same step, the touch that follows does.
    assertThat(found.lifetime().touchDue(POLICY, now())).isNotEqualTo(due.touched());
    SessionRecord touched = saved(record.key(), SessionDelta.TOUCH);
    assertThat(touched.lifetime().lastSeenAt()).isEqualTo(now());
    assertThat(await(other.visit(record.key())).record()).contains(touched);
    clock.advance(Duration.ofMillis(touched.lifetime().expiresAt() - now()));
    assertThat(await(store.visit(record.key()))).isEqualTo(Visit.read(Optional.empty()));
  }

  @Test
  void aVisitByAnOldKeyWithinTheGraceRecordsNothing() {
    SessionRecord record = created(withName("x"));
    SessionKey moved = Keys.nextFor(record.key());
    clock.advance(Duration.ofMillis(POLICY.touchInterval()));
    await(store.rotate(new Rotation(record.key(), moved, null, 60_000), SessionDelta.TOUCH));
    Visit visit = await(store.visit(record.key()));
    assertThat(visit.touched()).isFalse();
    assertThat(visit.record().orElseThrow().key()).isEqualTo(moved);
    clock.advance(Duration.ofMinutes(1));
    assertThat(await(store.visit(record.key())).record()).isEmpty();
    assertThat(await(store.visit(moved)).record()).isPresent();
  }

  @Test
  void activityDoesNotMoveTheAbsoluteDeadline() {
    SessionPolicy absolute = new SessionPolicy(60_000, 100_000, 1000, true, 16, 4096);
    SessionRecord record = SessionRecord.create(Keys.next(), absolute, now());
    await(store.create(Creation.of(record)));
    clock.advance(Duration.ofSeconds(45));
    saved(record.key(), SessionDelta.TOUCH);
    clock.advance(Duration.ofSeconds(45));
    SessionDelta longer =
        SessionDelta.builder().touch().expiry(ExpiryChange.idle(Duration.ofDays(1))).build();
    assertThat(saved(record.key(), longer).lifetime().expiresAt())
        .isEqualTo(record.lifetime().absoluteExpiresAt());
    SessionKey moved = Keys.nextFor(record.key());
    await(store.rotate(Rotation.of(record.key(), moved), SessionDelta.TOUCH));
    clock.advance(Duration.ofMillis(9_999));
    assertThat(await(store.load(moved))).isPresent();
    clock.advance(Duration.ofMillis(1));
    assertThat(await(store.load(moved))).isEmpty();
  }

  @Test
  void aSaveChangesTheLifeAsAsked() {
    SessionRecord record = created(withName("x"));
    clock.advance(Duration.ofSeconds(10));
    ExpiryChange idle = ExpiryChange.idle(Duration.ofSeconds(100));
    Lifetime shorter = saved(record.key(), SessionDelta.builder().expiry(idle).build()).lifetime();
    assertThat(shorter.idleTimeout()).isEqualTo(100_000);
    assertThat(shorter.idleDeadline()).isEqualTo(now() + 100_000);
    assertThat(shorter.persistent()).isTrue();
    Instant moment = Instant.ofEpochMilli(now() + 5_000);
    SessionDelta fixed = SessionDelta.builder().expiry(ExpiryChange.at(moment)).build();
    Lifetime until = saved(record.key(), fixed).lifetime();
    assertThat(until.slides()).isFalse();
    assertThat(until.expiresAt()).isEqualTo(moment.toEpochMilli());
    SessionDelta browser = SessionDelta.builder().expiry(ExpiryChange.withBrowser(POLICY)).build();
    SessionRecord last = saved(record.key(), browser);
    assertThat(last.lifetime().persistent()).isFalse();
    assertThat(last.lifetime().idleDeadline()).isEqualTo(now() + POLICY.idleTimeout());
    assertThat(await(other.load(record.key()))).contains(last);
  }

  @Test
  void aDeadlineInThePastEndsTheSession() {
    SessionRecord record = created(withName("x"));
    SessionDelta past =
        SessionDelta.builder().expiry(ExpiryChange.at(Instant.ofEpochMilli(now() - 1))).build();
    await(store.save(record.key(), past));
    assertThat(await(store.load(record.key()))).isEmpty();
    assertThat(await(other.save(record.key(), SessionDelta.put("a", "1"))))
        .isEqualTo(SaveOutcome.GONE);
  }

  @Test
  void deleteSaysWhetherThereWasALiveSession() {
    SessionRecord record = created(withName("x"));
    assertThat(await(other.delete(record.key(), EndReason.REVOKED))).isTrue();
    assertThat(await(store.delete(record.key(), EndReason.REVOKED))).isFalse();
    assertThat(await(store.delete(Keys.next(), EndReason.REVOKED))).isFalse();
  }

  @Test
  void purgeFreesExpiredSessionsInBatchesAndNothingElse() {
    SessionPolicy brief = new SessionPolicy(1000, SessionPolicy.NO_LIMIT, 0, true, 16, 4096);
    for (int i = 0; i < 25; i++) {
      await(
          store.create(
              Creation.of(SessionRecord.create(Keys.next(), brief, now()).withSubject("s" + i))));
    }
    SessionRecord touched = SessionRecord.create(Keys.next(), brief, now());
    await(store.create(Creation.of(touched)));
    SessionRecord living = createdFor("alice");
    saved(
        touched.key(),
        SessionDelta.builder().expiry(ExpiryChange.idle(Duration.ofMinutes(5))).build());
    clock.advance(Duration.ofMinutes(1));
    int purged = 0;
    int round = await(store.purgeExpired(10));
    while (round > 0) {
      assertThat(round).isLessThanOrEqualTo(10);
      purged += round;
      round = await(store.purgeExpired(10));
    }
    assertThat(purged).isGreaterThanOrEqualTo(25);
    assertThat(all()).containsExactlyInAnyOrder(touched.key(), living.key());
    assertThat(of("alice")).containsExactly(living.key());
    assertThat(of("s3")).isEmpty();
  }

  // --- rotation

  @Test
  void rotationMovesTheSessionWholeAndEndsTheOldKey() {
    SessionRecord record = created(withName("x"));
    clock.advance(Duration.ofSeconds(90));
    SessionKey to = Keys.nextFor(record.key());
    SessionDelta delta = SessionDelta.builder().put("a", "1").touch().build();
    SessionRecord after = rotated(Rotation.login(record.key(), to, "alice"), delta);
    assertThat(after.key()).isEqualTo(to);
    assertThat(after.subject()).isEqualTo("alice");
    assertThat(after.attributes().toJson()).isEqualTo("{\"name\":\"x\",\"a\":1}");
    assertThat(after.lifetime().createdAt()).isEqualTo(record.lifetime().createdAt());
    assertThat(after.lifetime().lastSeenAt()).isEqualTo(now());
    assertThat(after.version()).isEqualTo(2);
    assertThat(await(other.load(to))).contains(after);
    assertThat(await(other.load(record.key()))).isEmpty();
    assertThat(await(store.save(record.key(), SessionDelta.put("b", "1"))))
        .isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.delete(record.key(), EndReason.REVOKED))).isFalse();
    assertThat(all()).containsExactly(to);
    assertThat(of("alice")).containsExactly(to);
  }

  @Test
  void rotationKeepsTheSubjectUnlessToldOtherwise() {
    SessionRecord record = createdFor("alice");
    SessionKey second = Keys.nextFor(record.key());
    assertThat(rotated(Rotation.of(record.key(), second), SessionDelta.TOUCH).subject())
        .isEqualTo("alice");
    assertThat(of("alice")).containsExactly(second);
    SessionKey third = Keys.nextFor(second);
    rotated(Rotation.login(second, third, "bob"), SessionDelta.TOUCH);
    assertThat(of("alice")).isEmpty();
    assertThat(of("bob")).containsExactly(third);
  }

  @Test
  void rotationOfADeadSessionIsGone() {
    SessionKey unknown = Keys.next();
    SessionKey to = Keys.nextFor(unknown);
    assertThat(await(store.rotate(Rotation.of(unknown, to), SessionDelta.TOUCH)))
        .isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.load(to))).isEmpty();
  }

  @Test
  void aRotationThatIsRefusedMovesNothing() {
    SessionRecord record = created(withName("x"));
    SessionKey to = Keys.nextFor(record.key());
    SessionDelta stale = SessionDelta.builder().ifVersion(7).build();
    assertThat(await(store.rotate(Rotation.of(record.key(), to), stale)))
        .isEqualTo(SaveOutcome.CONFLICT);
    SessionDelta bad = SessionDelta.increment("name", 1);
    assertThat(await(store.rotate(Rotation.of(record.key(), to), bad)))
        .isEqualTo(new SaveOutcome.NotANumber("name"));
    assertThat(await(store.load(record.key()))).contains(record);
    assertThat(await(store.load(to))).isEmpty();
  }

  @Test
  void withinItsGraceAnOldKeyReadsTheSessionAndWritesNothing() {
    SessionRecord record = createdFor("alice");
    SessionKey to = Keys.nextFor(record.key());
    rotated(new Rotation(record.key(), to, null, 10_000), SessionDelta.TOUCH);
    saved(to, SessionDelta.put("later", "1"));
    clock.advance(Duration.ofMillis(9_999));
    SessionRecord read = await(other.load(record.key())).orElseThrow();
    assertThat(read.key()).isEqualTo(to);
    assertThat(read.attributes().names()).contains("later");
    assertThat(await(store.save(record.key(), SessionDelta.put("a", "1"))))
        .isEqualTo(SaveOutcome.GONE);
    assertThat(
            await(
                store.rotate(
                    Rotation.of(record.key(), Keys.nextFor(record.key())), SessionDelta.TOUCH)))
        .isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.delete(record.key(), EndReason.REVOKED))).isFalse();
    assertThat(await(store.load(to))).isPresent();
    assertThat(all()).containsExactly(to);
    clock.advance(Duration.ofMillis(1));
    assertThat(await(store.load(record.key()))).isEmpty();
    assertThat(await(store.load(to))).isPresent();
  }

  @Test
  void anOldKeyFollowsItsSessionThroughFurtherRotations() {
    SessionRecord record = created(withName("x"));
    SessionKey second = Keys.nextFor(record.key());
    SessionKey third = Keys.nextFor(second);
    SessionKey fourth = Keys.nextFor(third);
    rotated(new Rotation(record.key(), second, null, 30_000), SessionDelta.TOUCH);
    rotated(new Rotation(second, third, null, 10_000), SessionDelta.TOUCH);
    rotated(Rotation.of(third, fourth), SessionDelta.TOUCH);
    assertThat(await(store.load(third))).isEmpty();
    assertThat(await(store.load(second)).orElseThrow().key()).isEqualTo(fourth);
    assertThat(await(other.load(record.key())).orElseThrow().key()).isEqualTo(fourth);
    clock.advance(Duration.ofSeconds(10));
    assertThat(await(store.load(second))).isEmpty();
    assertThat(await(store.load(record.key()))).isPresent();
  }

  @Test
  void theGraceOfAnOldKeyEndsWithItsSession() {
    SessionRecord record = created(withName("x"));
    SessionKey to = Keys.nextFor(record.key());
    rotated(new Rotation(record.key(), to, null, 30_000), SessionDelta.TOUCH);
    assertThat(await(other.delete(to, EndReason.REVOKED))).isTrue();
    assertThat(await(store.load(record.key()))).isEmpty();
  }

  @Test
  void ofConcurrentRotationsExactlyOneHolds() {
    SessionRecord record = created(withName("x"));
    List<Future<SaveOutcome>> rotations = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Rotation rotation = Rotation.login(record.key(), Keys.nextFor(record.key()), "u" + i);
      rotations.add((i % 2 == 0 ? store : other).rotate(rotation, SessionDelta.TOUCH));
    }
    assertThat(awaitAll(rotations).stream().filter(o -> o instanceof SaveOutcome.Saved)).hasSize(1);
    assertThat(all()).hasSize(1).doesNotContain(record.key());
  }

  // --- lists and subjects

  @Test
  void listsAreNewestFirstAndPaged() {
    List<SessionKey> mine = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      mine.add(0, createdFor("alice").key());
      createdFor("bob");
      // Sessions of one moment have an order, too.
      clock.advance(Duration.ofMillis(i % 2));
    }
    assertThat(of("alice")).containsExactlyInAnyOrderElementsOf(mine);
    Page first = await(store.list(new Query("alice", 3, null)));
    Page second = await(other.list(new Query("alice", 3, first.next())));
    Page third = await(store.list(new Query("alice", 3, second.next())));
    assertThat(first.sessions()).hasSize(3);
    assertThat(third.next()).isNull();
    List<SessionRecord> paged = new ArrayList<>(first.sessions());
    paged.addAll(second.sessions());
    paged.addAll(third.sessions());
    assertThat(paged).isSortedAccordingTo(Page::compare).doesNotHaveDuplicates().hasSize(7);
    assertThat(await(store.list(new Query("nobody", 3, null))).sessions()).isEmpty();
    Set<SessionKey> everybody = new HashSet<>();
    Page page = await(store.list(new Query(null, 4, null)));
    everybody.addAll(page.sessions().stream().map(SessionRecord::key).toList());
    while (page.next() != null) {
      page = await(other.list(new Query(null, 4, page.next())));
      everybody.addAll(page.sessions().stream().map(SessionRecord::key).toList());
    }
    assertThat(everybody).hasSize(14);
  }

  @Test
  void deleteBySubjectEndsAllButTheNamedOne() {
    SessionRecord kept = createdFor("alice");
    SessionRecord ended = createdFor("alice");
    SessionRecord ended2 = createdFor("alice");
    SessionRecord bobs = createdFor("bob");
    assertThat(await(store.deleteBySubject("alice", Optional.of(kept.key()))))
        .containsExactlyInAnyOrder(ended.key(), ended2.key());
    assertThat(of("alice")).containsExactly(kept.key());
    assertThat(await(other.load(ended.key()))).isEmpty();
    assertThat(await(other.deleteBySubject("alice", Optional.empty()))).containsExactly(kept.key());
    assertThat(await(other.deleteBySubject("alice", Optional.empty()))).isEmpty();
    assertThat(await(store.load(bobs.key()))).isPresent();
  }

  @Test
  void noRotationSlipsPastTheEndOfAllSessionsOfItsSubject() {
    for (int round = 0; round < 30; round++) {
      SessionRecord record = createdFor("alice");
      SessionKey to = Keys.nextFor(record.key());
      List<Future<SaveOutcome>> rotation =
          List.of(other.rotate(Rotation.of(record.key(), to), SessionDelta.TOUCH));
      await(store.deleteBySubject("alice", Optional.empty()));
      boolean before = awaitAll(rotation).get(0) instanceof SaveOutcome.Saved;
      // Either it came first and its new key was ended, or it found nothing to rotate.
      assertThat(await(store.load(record.key()))).isEmpty();
      assertThat(await(store.load(to)).isPresent() && !before).isFalse();
      assertThat(of("alice")).as("round " + round).isEmpty();
    }
  }

  @Test
  void pingAnswers() {
    await(store.ping());
  }

  // --- concurrency

  @Test
  void twoHundredConcurrentIncrementsAddTwoHundred() {
    SessionRecord record = created(Attributes.NONE);
    List<Future<SaveOutcome>> increments = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      SessionDelta delta = SessionDelta.increment("n", 1);
      increments.add(
          (i % 2 == 0 ? store : other)
              .save(record.key(), i % 5 == 0 ? delta.withSeen(record) : delta));
    }
    Set<String> values = new HashSet<>();
    for (SaveOutcome outcome : awaitAll(increments)) {
      values.add(((SaveOutcome.Saved) outcome).record().attributes().get("n"));
    }
    // Each caller saw its own step.
    assertThat(values).hasSize(200);
    assertThat(loaded(record.key()).attributes().get("n")).isEqualTo("200");
    assertThat(await(other.load(record.key())).orElseThrow().version()).isEqualTo(201);
  }

  @Test
  void concurrentSavesOfDifferentAttributesAllSurvive() {
    SessionRecord record = created(Attributes.NONE);
    List<Future<SaveOutcome>> saves = new ArrayList<>();
    for (int i = 0; i < POLICY.maxAttributes(); i++) {
      SessionDelta delta = SessionDelta.put("a" + i, "" + i);
      saves.add(
          (i % 2 == 0 ? store : other)
              .save(record.key(), i % 3 == 0 ? delta.withSeen(record) : delta));
    }
    awaitAll(saves);
    assertThat(loaded(record.key()).attributes().count()).isEqualTo(POLICY.maxAttributes());
  }

  @Test
  void noOrderOfStepsRevivesADeletedSession() {
    new Interleavings(vertx, store, other, clock).run(1000);
  }
}
