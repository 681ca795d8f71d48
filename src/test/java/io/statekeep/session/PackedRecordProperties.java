package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Whatever is packed comes out as it went in. */
class PackedRecordProperties {
  @Property(tries = 500)
  void aRecordComesBack(
      @ForAll("maps") Map<String, String> values,
      @ForAll @Size(6) long[] numbers,
      @ForAll boolean persistent,
      @ForAll("subjects") String subject,
      @ForAll Random random) {
    Attributes attributes = Attributes.NONE;
    for (Map.Entry<String, String> each : values.entrySet()) {
      attributes = attributes.with(each.getKey(), each.getValue());
    }
    Lifetime life =
        new Lifetime(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], persistent);
    byte[] digest = new byte[32];
    random.nextBytes(digest);
    SessionRecord record =
        new SessionRecord(
            new SessionKey(digest),
            subject.isEmpty() ? null : subject,
            attributes,
            life,
            numbers[5]);
    PackedRecord packed = PackedRecord.of(record);
    assertThat(packed.record()).isEqualTo(record);
    assertThat(packed.record().attributes().toJson()).isEqualTo(attributes.toJson());
    assertThat(packed.key()).isEqualTo(record.key());
    assertThat(packed.subject()).isEqualTo(record.subject());
    assertThat(packed.expiresAt()).isEqualTo(life.expiresAt());
    assertThat(packed.isLive(life.expiresAt())).isFalse();
    assertThat(packed.createdAt()).isEqualTo(life.createdAt());
    assertThat(packed.attributeBytes()).isEqualTo(attributes.bytes());
    // What is kept is not what is handed out: that may have a text by now.
    assertThat(packed.record().key()).isNotSameAs(packed.key()).isNotSameAs(record.key());
    PackedRecord next = packed.next(packed.record().withNextVersion());
    assertThat(next.record()).isEqualTo(record.withNextVersion());
    assertThat(next.key()).isSameAs(packed.key());
    SessionKey other = new SessionKey("o".repeat(42) + "o");
    SessionRecord moved =
        new SessionRecord(other, "bob", attributes, record.lifetime(), record.version());
    assertThat(next.next(moved).record()).isEqualTo(moved);
  }

  @Provide
  Arbitrary<Map<String, String>> maps() {
    return Arbitraries.maps(JsonArbitraries.names(), JsonArbitraries.values()).ofMaxSize(6);
  }

  @Provide
  Arbitrary<String> subjects() {
    return Arbitraries.of("", "alice", "\u00e9\u4e2d", "\ud83d", "\ud83d\ude00");
  }
}
