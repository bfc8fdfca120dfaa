using System.Text.RegularExpressions;
using Xunit;

namespace ActorBrowser.Architecture;

public sealed partial class SourceRules
{
    private const int LongestFile = 300;

    // Counts all parts of a partial class.
    private const int LongestClass = 350;

    [Theory]
    [InlineData(@"\bThread\.Sleep\b", "a thread that sleeps serves nobody: wait on an event or a timer")]
    [InlineData(@"\.Result\b(?!\s*=[^=])(?!\w)", "blocking on a task starves the dispatcher: await it, or PipeTo")]
    [InlineData(@"\.Wait\(\)", "blocking on a task starves the dispatcher: await it, or PipeTo")]
    [InlineData(@"\bProcess\.Start\b", "children are spawned by ChildLauncher only; the runtime's own createdump is no child", "CrashDumper")]
    [InlineData(@"\bDateTime\.Now\b", "local time is for people, not for records: use TimeProvider or UtcNow")]
    [InlineData(@"\b(IWithTimers|ITimerScheduler|SetReceiveTimeout|ReceiveTimeout)\b|\.Scheduler\b(?!s)", "Akka's scheduler, once used, wakes the process every 10 ms for good: ActorTimers; the self-test tries Akka itself, and a test may advance its own scheduler", "SelfTest SchedulerTime")]
    [InlineData(@"NotImplementedException", "a stub is a defect")]
    [InlineData(@"\b(TODO|FIXME)\b", "unfinished work belongs in an issue")]
    [InlineData(@"catch\s*(\(\s*Exception\s*\))?\s*\{\s*\}", "a swallowed exception hides a defect")]
    public void Product_code_does_not_contain(string pattern, string why, string but = "")
    {
        var regex = new Regex(pattern);
        var offenders =
            from file in Repository.Files("src", "*.cs")
            where !but.Split(' ', StringSplitOptions.RemoveEmptyEntries).Any(start => Path.GetFileName(file).StartsWith(start, StringComparison.Ordinal))
            from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
            where regex.IsMatch(Comment().Replace(line.text, ""))
            select $"{Repository.Relative(file)}:{line.number}: {line.text.Trim()} ({why})";
        Assert.Empty(offenders);
    }

    [Fact]
    public void No_file_holds_more_than_one_idea_s_worth_of_lines()
    {
        var offenders =
            from file in Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs"))
            let lines = File.ReadLines(file).Count()
            where lines > LongestFile
            select $"{Repository.Relative(file)}: {lines} lines";
        Assert.Empty(offenders);
    }

    [Fact]
    public void No_product_class_holds_more_lines_by_all_its_parts_than_one_idea_needs()
    {
        var parts =
            from project in Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"))
            from file in Repository.Files(Path.Combine("src", Path.GetFileName(project)), "*.cs")
            from part in Parts(File.ReadAllLines(file))
            select (Name: $"{Path.GetFileName(project)}: {part.Name}", part.Lines);
        var classes = parts.GroupBy(static part => part.Name, static part => part.Lines).ToArray();
        Assert.Contains(classes, static one => one.Key == "Actors: CommandSession" && one.Count() > 1);
        Assert.Empty(classes.Where(static one => one.Sum() > LongestClass).Select(static one => $"{one.Key}: {one.Sum()} lines"));
    }

    // The types of a namespace begin in the first column and end there with a brace, or without a body with a semicolon.
    private static IEnumerable<(string Name, int Lines)> Parts(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (Declaration().Match(lines[i]) is not { Success: true } found)
                continue;
            var end = i;
            for (var open = false; end < lines.Length - 1 && !lines[end].StartsWith('}') && (open || !lines[end].EndsWith(';')); end++)
                open |= lines[end].StartsWith('{');
            yield return (found.Groups[1].Value, end - i + 1);
        }
    }

    [Fact]
    public void Nothing_in_the_tree_names_a_path_of_one_machine()
    {
        // Wine's drives in artifacts are links to the whole machine.
        var withoutLinks = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var offenders =
            from file in Directory.EnumerateFiles(Repository.Root, "*", withoutLinks)
            let relative = Repository.Relative(file)
            where !relative.StartsWith(".git" + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                && !relative.Split(Path.DirectorySeparatorChar).Any(p => p is "bin" or "obj" or "artifacts" or "TestResults")
                && Path.GetExtension(file) is ".cs" or ".md" or ".csproj" or ".props" or ".targets" or ".conf" or ".sh" or ""
            from line in File.ReadLines(file)
            where MachinePath().IsMatch(line)
            select $"{relative}: {line.Trim()}";
        Assert.Empty(offenders);
    }

    [GeneratedRegex(@"//.*$|^\s*\*.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(?:\w+ )*(?:class|struct|record|interface|enum) (?:struct |class )?(\w+)")]
    private static partial Regex Declaration();

    // Written in two halves so that this file does not find itself.
    [GeneratedRegex("(?<![A-Za-z0-9_.-])/(?:wo" + "rk|ro" + "ot|ho" + "me/[a-z]+)/")]
    private static partial Regex MachinePath();
}
