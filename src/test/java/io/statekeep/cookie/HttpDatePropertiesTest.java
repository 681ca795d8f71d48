package io.statekeep.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class HttpDatePropertiesTest {
  private static final long START_OF_0000 = -62_167_219_200L;
  private static final long END_OF_9999 = 253_402_300_799L;
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  @Example
  void theExampleOfRfc9110() {
    assertThat(text(784_111_777)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
  }

  @Property
  void everySecondIsWrittenAsTheJdkDoes(
      @ForAll @LongRange(min = START_OF_0000, max = END_OF_9999) long epochSecond) {
    assertThat(text(epochSecond)).isEqualTo(IMF_FIXDATE.format(Instant.ofEpochSecond(epochSecond)));
  }

  @Example
  void everyDayOfALeapCycleHasItsName() {
    for (long day = 0; day < 4 * 366; day++) {
      long noon = day * 86_400 + 43_200;
      assertThat(text(noon)).isEqualTo(IMF_FIXDATE.format(Instant.ofEpochSecond(noon)));
    }
  }

  @Example
  void whatHasNoFourDigitYearIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> text(START_OF_0000 - 1));
    assertThat(text(START_OF_0000)).isEqualTo("Sat, 01 Jan 0000 00:00:00 GMT");
    assertThat(text(END_OF_9999)).isEqualTo("Fri, 31 Dec 9999 23:59:59 GMT");
    assertThatIllegalArgumentException().isThrownBy(() -> text(END_OF_9999 + 1));
  }

  private static String text(long epochSecond) {
    byte[] line = new byte[HttpDate.LENGTH + 2];
    assertThat(HttpDate.put(line, 1, epochSecond)).isEqualTo(HttpDate.LENGTH + 1);
    assertThat(line[0]).isZero();
    assertThat(line[HttpDate.LENGTH + 1]).isZero();
    return new String(line, 1, HttpDate.LENGTH, StandardCharsets.US_ASCII);
  }
}
