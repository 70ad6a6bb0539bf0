package io.triptych.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.lang.reflect.Field;
import java.lang.reflect.Type;
import java.util.Comparator;
import java.util.Locale;
import org.hibernate.validator.HibernateValidator;
import org.hibernate.validator.spi.nodenameprovider.JavaBeanProperty;
import org.hibernate.validator.spi.nodenameprovider.Property;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

/** Checks every request body against the constraints on its record, before any controller sees it. */
@ControllerAdvice
final class ValidRequests extends RequestBodyAdviceAdapter {
    private final Validator validator = Validation.byProvider(HibernateValidator.class)
            .configure()
            .defaultLocale(Locale.ENGLISH)
            .propertyNodeNameProvider(ValidRequests::jsonName)
            .buildValidatorFactory()
            .getValidator();

    @Override
    public boolean supports(MethodParameter parameter, Type type, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public Object afterBodyRead(
            Object body,
            HttpInputMessage message,
            MethodParameter parameter,
            Type type,
            Class<? extends HttpMessageConverter<?>> converter) {
        if (body == null) {
            throw ApiException.badRequest(null, "invalid_json", "the request must be an object");
        }
        validator.validate(body).stream()
                .min(Comparator.comparing(
                        violation -> violation.getPropertyPath().toString()))
                .ifPresent(ValidRequests::refuse);
        return body;
    }

    private static void refuse(ConstraintViolation<?> violation) {
        // Without the notation for elements: stop[1], not stop[1].<list element>.
        String param = violation.getPropertyPath().toString().replaceAll("\\.?<[^>]*>", "");
        boolean missing = violation.getInvalidValue() == null;
        throw ApiException.badRequest(
                param, missing ? "missing_required_parameter" : "invalid_value", param + " " + violation.getMessage());
    }

    private static String jsonName(Property property) {
        if (property instanceof JavaBeanProperty bean) {
            try {
                Field field = bean.getDeclaringClass().getDeclaredField(bean.getName());
                JsonProperty json = field.getAnnotation(JsonProperty.class);
                return json == null ? bean.getName() : json.value();
            } catch (NoSuchFieldException e) {
                return bean.getName();
            }
        }
        return property.getName();
    }
}
