package io.triptych.web.playground;

import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

@Controller
class PageController {
    private final ConformanceEvidence evidence;

    PageController(ConformanceEvidence evidence) {
        this.evidence = evidence;
    }

    @GetMapping("/")
    String start() {
        return "index";
    }

    @GetMapping("/text")
    String text() {
        return "text";
    }

    @GetMapping("/images")
    String images() {
        return "images";
    }

    @GetMapping("/speech")
    String speech() {
        return "speech";
    }

    @GetMapping("/figures")
    String figures() {
        return "figures";
    }

    @GetMapping("/evidence")
    String evidence(Model model) {
        model.addAttribute("rules", evidence.rules());
        return "evidence";
    }
}
