package io.triptych.bench.image;

import io.triptych.bench.image.CaptionChecker.Attribute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks a folder of pictures {@code name.png} against their captions, which stand in {@code captions.json}, a map from
 * names, or each in {@code name.txt}. Prints how many show what they should, in total and by attribute, and what is
 * wrong with the others.
 */
public final class CheckPictures {
    private CheckPictures() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: FOLDER with name.png and captions.json or name.txt");
            System.exit(2);
        }
        Path folder = Path.of(arguments[0]);
        Map<String, String> captions = captions(folder);
        int shown = 0;
        Map<Attribute, Integer> wrong = new EnumMap<>(Attribute.class);
        for (Map.Entry<String, String> entry : captions.entrySet()) {
            Scene scene = SceneReader.read(Picture.read(folder.resolve(entry.getKey() + ".png")));
            Set<Attribute> here = CaptionChecker.wrong(Caption.parse(entry.getValue()), scene);
            shown += here.isEmpty() ? 1 : 0;
            here.forEach(attribute -> wrong.merge(attribute, 1, Integer::sum));
            if (!here.isEmpty()) {
                System.out.printf("%s: %s%n  wrong: %s%n  seen: %s%n", entry.getKey(), entry.getValue(), here, scene);
            }
        }
        System.out.printf(
                "%d of %d pictures show their caption; wrong by attribute: %s%n", shown, captions.size(), wrong);
    }

    private static Map<String, String> captions(Path folder) throws IOException {
        Path json = folder.resolve("captions.json");
        if (Files.exists(json)) {
            return JsonMapper.shared().readValue(json.toFile(), new TypeReference<TreeMap<String, String>>() {});
        }
        Map<String, String> captions = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> texts =
                    files.filter(file -> file.toString().endsWith(".txt")).toList();
            for (Path text : texts) {
                String name = text.getFileName().toString();
                captions.put(
                        name.substring(0, name.length() - ".txt".length()),
                        Files.readString(text).strip());
            }
        }
        return captions;
    }
}
