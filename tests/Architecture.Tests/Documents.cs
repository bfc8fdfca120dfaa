using System.Text.RegularExpressions;
using Xunit;

namespace ActorBrowser.Architecture;

/// <summary>Code shown in the documents is compiled code, and names in them exist.</summary>
public sealed partial class Documents
{
    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Repository.Root, .. path]));

    [Theory]
    [InlineData("embedding.md", "samples/Guide/*.cs", "tests/Guide.Tests/ScriptedChildSpecs.cs", "tests/Guide.Tests/HostOptionsSpecs.cs", "tests/Guide.Tests/VirtualTimeSpecs.cs")]
    [InlineData("roles.md", "samples/Roles/*.cs", "tests/Guide.Tests/RoleGuideSpecs.cs", "tests/TestChild/TypedRole.cs")]
    [InlineData("plugins.md", "samples/Rules/*.cs", "samples/Rules.Contract/*.cs", "samples/Rules.Engine/*.cs")]
    [InlineData("coming-from.md", "tests/Guide.Tests/BreakerSpecs.cs")]
    [InlineData("agents.md", "tests/Agents.Tests/GuideSpecs.cs")]
    [InlineData("commands.md", "tests/Commands.Tests/CommandGuideSpecs.cs")]
    [InlineData("dashboard.md", "tests/Dashboard.Tests/GuideSpecs.cs")]
    [InlineData("cluster.md", "tests/Cluster.Tests/ClusterGuideSpecs.cs", "tests/Cluster.Tests/TlsSpecs.cs")]
    [InlineData("operations.md", "samples/Telemetry/*.cs")]
    public void Every_block_of_the_embedder_s_guides_is_part_of_what_is_compiled_and_run(string document, params string[] sources)
    {
        var compiled = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in sources.SelectMany(static source => Repository.Files(Path.GetDirectoryName(source)!, Path.GetFileName(source))))
        {
            foreach (Match region in Region().Matches(File.ReadAllText(file)))
                compiled.Add(region.Groups["name"].Value, Dedented(region.Groups["code"].Value, region.Groups["indent"].Value));
        }
        var guide = Read("docs", document);
        var shown = Block().Matches(guide).ToDictionary(static block => block.Groups["name"].Value, static block => block.Groups["code"].Value.Trim());
        Assert.Equal(Regex.Count(guide, "^```csharp", RegexOptions.Multiline), shown.Count);
        Assert.Equal(compiled.Keys.Order(), shown.Keys.Order());
        Assert.All(shown, block => Assert.Equal(compiled[block.Key], block.Value));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/README.md")]
    [InlineData("docs/embedding.md")]
    [InlineData("docs/roles.md")]
    [InlineData("docs/plugins.md")]
    [InlineData("docs/tutorial.md")]
    [InlineData("docs/coming-from.md")]
    [InlineData("docs/failure-modes.md")]
    [InlineData("docs/agents.md")]
    [InlineData("docs/dashboard.md")]
    [InlineData("docs/cluster.md")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/deployment.md")]
    public void Every_link_leads_to_a_file_and_a_heading_that_is_there(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        Assert.All(Link().Matches(Read(document)).Select(static link => link.Groups[1].Value).Where(static link => !link.Contains("://", StringComparison.Ordinal)), link =>
        {
            var (file, anchor) = link.Split('#') is [var path, var name] ? (path, name) : (link, "");
            var target = file.Length == 0 ? Path.Combine(Repository.Root, document) : Path.Combine(folder, file);
            Assert.True(Path.Exists(target), $"{document} links to {link}, which is not there.");
            if (anchor.Length > 0)
                Assert.Contains(anchor, Heading().Matches(File.ReadAllText(target)).Select(static heading => AnchorOf(heading.Groups[1].Value.TrimEnd())));
        });
    }

    [Fact]
    public void Each_attack_of_the_threat_model_names_probes_that_doctor_makes()
    {
        var probes = string.Concat(Repository.Files("src/ChildEntrypoints/Probes", "*.cs").Concat(Repository.Files("src/Cli", "*.cs")).Select(File.ReadAllText));
        var section = Read("docs", "threat-model.md").Split("## What was tried, and what holds it")[1].Split("## ")[0];
        var rows = section.Split('\n').Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(static line => line.Split('|')).ToArray();
        Assert.Equal(Enumerable.Range(1, 13), rows.Select(static row => int.Parse(row[1].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)).Distinct().Intersect(Enumerable.Range(1, 13)));
        Assert.All(rows, row =>
        {
            var named = row[2].Split(',', StringSplitOptions.TrimEntries);
            Assert.All(named, name => Assert.Contains($"\"{name.Trim('`')}\", \"", probes, StringComparison.Ordinal));
        });
    }

    [Theory]
    [InlineData("## Restarts")]
    [InlineData("## Tried from outside")]
    public void Each_row_of_the_failure_modes_names_a_spec_that_there_is(string section)
    {
        var specs = SpecNames();
        var rows = RowsOf(section);
        Assert.NotEmpty(rows);
        Assert.All(rows, row =>
        {
            var named = Spec().Matches(row.Split('|')[^2]).Select(static spec => spec.Groups[1].Value).ToArray();
            Assert.True(named.Length > 0, $"No spec is named in: {row}");
            Assert.All(named, spec => Assert.True(specs.Contains(spec), $"There is no {spec}, which docs/failure-modes.md names."));
        });
    }

    [Fact]
    public void Each_actor_of_the_browser_has_its_row_among_the_restarts()
    {
        var named = string.Join('\n', RowsOf("## Restarts").Select(static row => row.Split('|')[1]));
        var actors = Repository.Files("src/Actors", "*.cs").SelectMany(static file => Actor().Matches(File.ReadAllText(file))).Select(static actor => actor.Groups[1].Value);
        Assert.All(actors, actor => Assert.Contains($"`{actor}`", named, StringComparison.Ordinal));
    }

    private static string[] RowsOf(string section)
    {
        var text = Read("docs", "failure-modes.md");
        var start = text.IndexOf($"\n{section}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/failure-modes.md has no section '{section}'.");
        var end = text.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        // The first two lines are the table's header and the line below it.
        return [.. text[start..(end < 0 ? text.Length : end)].Split('\n').Where(static line => line.StartsWith('|')).Skip(2)];
    }

    private static HashSet<string> SpecNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Repository.Files("tests", "*.cs"))
        {
            var text = File.ReadAllText(file);
            foreach (Match type in TestClass().Matches(text))
                names.UnionWith(Test().Matches(text).Select(test => $"{type.Groups[1].Value}.{test.Groups[1].Value}"));
        }
        return names;
    }

    private static string Dedented(string code, string indent) =>
        string.Join('\n', code.Split('\n').Select(line => line.StartsWith(indent, StringComparison.Ordinal) ? line[indent.Length..] : line)).Trim();

    // As GitHub creates anchors.
    private static string AnchorOf(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(static c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"^(?<indent> *)// <!-- (?<name>[a-z]+) -->\n(?<code>.*?)^ *// <!-- /\k<name> -->", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"^<!-- (?<name>[a-z]+) -->\n```csharp\n(?<code>.*?)^```\n<!-- /\k<name> -->", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex Spec();

    [GeneratedRegex(@"^(?:public|internal) (?!abstract )[a-z ]*class (\w+)[^\n]*: (?:UntypedActor|OneCallActor)\b", RegexOptions.Multiline)]
    private static partial Regex Actor();

    [GeneratedRegex(@"^public (?:sealed |abstract |partial )*class (\w+)", RegexOptions.Multiline)]
    private static partial Regex TestClass();

    [GeneratedRegex(@"^    public (?:async Task|void) (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Test();
}
