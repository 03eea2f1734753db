import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the queries of futura-request on the server's own connection: the dialogue of docs/dialogue.md, complete, with nothing but the JDK.
 * A server calls {@link #run} at its start and reads the last message; main shows how.
 */
public final class FuturaMeasure {
    private static final long EXACT = 1L << 53; // larger numbers are written in quotes

    private FuturaMeasure() {}

    /** For trying out: NAME ENGINE JDBC-URL USER PASSWORD-FILE COMMAND... prints the words of the last message. */
    public static void main(String[] arguments) throws Exception {
        String password = Files.readString(Path.of(arguments[4])).strip();
        try (Connection connection = DriverManager.getConnection(arguments[2], arguments[3], password)) {
            List<String> command = Arrays.asList(arguments).subList(5, arguments.length);
            Map<String, Object> last = run(command, arguments[1], "8.9.1", Map.of(arguments[0], connection));
            System.out.println(write(last));
            boolean start = Boolean.TRUE.equals(last.get("start"));
            System.out.println(start ? "The server starts." : "The server does not start.");
            System.exit(((BigDecimal) last.getOrDefault("status", BigDecimal.valueOf(2))).intValueExact());
        }
    }

    /** Runs the command and answers its queries. Returns the last message, or an empty map when the command ended without one. */
    public static Map<String, Object> run(List<String> command, String engine, String version, Map<String, Connection> databases) throws IOException {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Writer out = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Map<String, Object> message = object(new Json(line).value());
                if (message.get("message").equals("end")) {
                    return message;
                }
                try {
                    reply(out, message, engine, version, databases);
                } catch (IOException closed) {
                    // It has stopped listening: its last message, which is still to be read, says why.
                }
            }
        }
        return Map.of();
    }

    private static void reply(Writer out, Map<String, Object> message, String engine, String version, Map<String, Connection> databases) throws IOException {
        switch ((String) message.get("message")) {
            case "hello" -> hello(out, engine, version, databases);
            case "query" -> answer(out, message, databases.get((String) message.get("database")));
            default -> { } // a newer program may say more
        }
        out.flush();
    }

    private static void hello(Writer out, String engine, String version, Map<String, Connection> databases) throws IOException {
        List<Object> list = new ArrayList<>();
        for (String name : databases.keySet()) {
            list.add(Map.of("name", name, "engine", engine));
        }
        say(out, Map.of("message", "hello", "protocol", 1, "version", version, "databases", list));
    }

    /** Runs one query: its rows, then how many they were, or one error instead. */
    private static void answer(Writer out, Map<String, Object> query, Connection connection) throws IOException {
        Object id = query.get("id");
        int rows = 0;
        try (PreparedStatement statement = connection.prepareStatement((String) query.get("sql"))) {
            int limit = ((BigDecimal) query.get("limit")).intValueExact();
            statement.setMaxRows(limit);
            statement.setQueryTimeout(15);
            bind(statement, list(query.get("arguments")));
            List<Object> kinds = list(query.get("columns"));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    List<Object> values = new ArrayList<>();
                    for (int i = 0; i < kinds.size(); i++) {
                        values.add(value(result, i + 1, (String) kinds.get(i)));
                    }
                    say(out, Map.of("message", "row", "id", id, "values", values));
                    rows++;
                }
            }
            say(out, Map.of("message", "done", "id", id, "rows", rows));
        } catch (SQLException error) {
            say(out, Map.of("message", "error", "id", id, "class", classOf(error)));
        } catch (ArithmeticException fraction) {
            say(out, Map.of("message", "error", "id", id, "class", "other"));
        }
    }

    private static void bind(PreparedStatement statement, List<Object> arguments) throws SQLException {
        for (int i = 0; i < arguments.size(); i++) {
            Map<String, Object> argument = object(arguments.get(i));
            String text = argument.get("value").toString();
            if (argument.get("kind").equals("integer")) {
                statement.setLong(i + 1, Long.parseLong(text));
            } else {
                statement.setString(i + 1, text);
            }
        }
    }

    /** Reads a value by its kind, never by the column's own type, and never through a time zone. */
    private static Object value(ResultSet result, int column, String kind) throws SQLException {
        Object value = switch (kind) {
            case "integer" -> integer(result.getBigDecimal(column));
            case "timestamp" -> text(result.getObject(column, LocalDateTime.class));
            case "date" -> text(result.getObject(column, LocalDate.class));
            case "bytes" -> bytes(result.getBytes(column));
            default -> result.getString(column); // text, uuid
        };
        return value;
    }

    private static Object integer(BigDecimal number) {
        if (number == null) {
            return null;
        }
        long exact = number.longValueExact();
        return Math.abs(exact) > EXACT ? Long.toString(exact) : (Object) exact;
    }

    private static Object text(Object value) {
        return value == null ? null : value.toString();
    }

    private static Object bytes(byte[] value) {
        return value == null ? null : "base64:" + Base64.getEncoder().encodeToString(value);
    }

    /** The class of an error, by its SQLSTATE. */
    private static String classOf(SQLException error) {
        String state = String.valueOf(error.getSQLState());
        if (error instanceof SQLTimeoutException || state.equals("57014")) {
            return "slow";
        }
        return switch (state) {
            case "42P01", "42703", "42S02", "42S22" -> "missing";
            case "42501" -> "denied";
            case "55P03", "40001", "40P01" -> "busy";
            default -> state.startsWith("08") || state.startsWith("57P") ? "unreachable" : "other";
        };
    }

    private static void say(Writer out, Map<String, Object> message) throws IOException {
        out.write(write(message));
        out.write('\n');
    }

    // What follows is JSON. A product that has a library for it uses that: numbers must stay exact.

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    private static String write(Object value) {
        if (value instanceof Map<?, ?> map) {
            List<String> pairs = new ArrayList<>();
            map.forEach((key, item) -> pairs.add(write(key) + ":" + write(item)));
            return "{" + String.join(",", pairs) + "}";
        }
        if (value instanceof List<?> items) {
            List<String> parts = new ArrayList<>();
            items.forEach(item -> parts.add(write(item)));
            return "[" + String.join(",", parts) + "]";
        }
        return value instanceof String text ? quote(text) : String.valueOf(value); // numbers, true, false, null
    }

    private static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                out.append('\\').append(letter);
            } else if (letter < ' ' || Character.isSurrogate(letter)) {
                out.append(String.format("\\u%04x", (int) letter));
            } else {
                out.append(letter);
            }
        }
        return out.append('"').toString();
    }

    /** Reads the JSON that futura-request writes. */
    private static final class Json {
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        Object value() {
            switch (text.charAt(at)) {
                case '{':
                    return map();
                case '[':
                    return items();
                case '"':
                    return string();
                default:
                    return word();
            }
        }

        private Map<String, Object> map() {
            Map<String, Object> map = new LinkedHashMap<>();
            for (at++; text.charAt(at) != '}'; skip(',')) {
                String key = string();
                skip(':');
                map.put(key, value());
            }
            at++;
            return map;
        }

        private List<Object> items() {
            List<Object> list = new ArrayList<>();
            for (at++; text.charAt(at) != ']'; skip(',')) {
                list.add(value());
            }
            at++;
            return list;
        }

        private void skip(char letter) {
            if (text.charAt(at) == letter) {
                at++;
            }
        }

        private String string() {
            StringBuilder out = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                out.append(text.charAt(at) == '\\' ? escape() : text.charAt(at));
            }
            at++;
            return out.toString();
        }

        private char escape() {
            char letter = text.charAt(++at);
            if (letter == 'u') {
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 3, at + 1), 16);
            }
            int known = "bfnrt".indexOf(letter);
            return known < 0 ? letter : "\b\f\n\r\t".charAt(known);
        }

        private Object word() {
            int from = at;
            while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String word = text.substring(from, at);
            return switch (word) {
                case "true" -> true;
                case "false" -> false;
                case "null" -> null;
                default -> new BigDecimal(word);
            };
        }
    }
}
