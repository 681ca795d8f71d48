package io.statekeep.signing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.statekeep.cookie.SignedCookies;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** How signatures are compared, read from the compiled code: a clock would tell it too loosely. */
class ConstantTimeTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackagesOf(PurposeKeys.class, SignedCookies.class);

  @Test
  void verificationComparesWithMessageDigest() {
    methods()
        .that()
        .areDeclaredIn(PurposeKeys.class)
        .and()
        .haveNameStartingWith("verify")
        .should(call(MessageDigest.class, "isEqual"))
        .check(CLASSES);
  }

  @Test
  void noBytesAreComparedOneByOne() {
    for (String method : new String[] {"equals", "compare", "mismatch", "compareUnsigned"}) {
      noClasses()
          .should()
          .callMethod(Arrays.class, method, byte[].class, byte[].class)
          .check(CLASSES);
    }
  }

  private static ArchCondition<JavaMethod> call(Class<?> owner, String name) {
    return new ArchCondition<>("call " + owner.getSimpleName() + "." + name) {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        boolean calls =
            method.getMethodCallsFromSelf().stream()
                .map(JavaAccess::getTarget)
                .anyMatch(t -> t.getOwner().isEquivalentTo(owner) && t.getName().equals(name));
        String message = method.getFullName() + (calls ? " calls " : " does not call ") + name;
        events.add(new SimpleConditionEvent(method, calls, message));
      }
    };
  }
}
