using System.Reflection;
using System.Xml.Linq;
using Xunit;

namespace ActorBrowser.Architecture;

public sealed class DependencyRules
{
    /// <summary>The only references that each project may have, as drawn in docs/architecture.md.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Interop"] = [],
        ["Transport"] = ["Interop"],
        ["Sandbox"] = ["Interop"],
        ["ChildEntrypoints"] = ["Interop", "Sandbox", "Transport"],
        ["Actors"] = ["Interop", "Sandbox", "Transport"],
        ["Child"] = ["ChildEntrypoints"],
        ["TestKit"] = ["Actors"],
        ["Agents"] = ["Actors"],
        ["Cluster"] = ["Actors"],
        ["Dashboard"] = ["Actors"],
        ["Cli"] = ["Actors", "Agents", "ChildEntrypoints", "Dashboard", "Interop", "Sandbox", "Transport"],
    };

    public static TheoryData<string> Projects => new(Allowed.Keys);

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_design_allows(string project)
    {
        var file = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", project), "*.csproj").Single();
        var references = XDocument.Load(file).Descendants("ProjectReference")
            .Select(r => Path.GetFileName(Path.GetDirectoryName(r.Attribute("Include")!.Value.Replace('\\', '/')))!)
            .Order(StringComparer.Ordinal);
        Assert.All(references, r => Assert.Contains(r, Allowed[project]));
    }

    [Fact]
    public void Every_project_under_src_has_a_rule() =>
        Assert.Equal(
            Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order(),
            Allowed.Keys.Order());

    [Theory]
    [InlineData("ActorBrowser.Interop")]
    [InlineData("ActorBrowser.Transport")]
    [InlineData("ActorBrowser.Sandbox")]
    [InlineData("ActorBrowser.ChildEntrypoints")]
    public void What_runs_in_a_child_is_compiled_without_Akka_and_ASP_NET(string assembly)
    {
        var references = Assembly.Load(assembly).GetReferencedAssemblies().Select(a => a.Name!);
        Assert.DoesNotContain(references, name =>
            name.StartsWith("Akka", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal) && name != "Microsoft.Win32.Primitives");
    }

    [Fact]
    public void Only_Interop_is_compiled_with_unsafe_code()
    {
        var unsafeProjects = Repository.Files("src", "*.csproj")
            .Where(f => XDocument.Load(f).Descendants("AllowUnsafeBlocks").Any(e => e.Value == "true"))
            .Select(f => Path.GetFileName(Path.GetDirectoryName(f)));
        Assert.Equal(["Interop"], unsafeProjects);
    }

    [Fact]
    public void Product_code_compiles_unchanged_against_either_package_set()
    {
        var offenders = Repository.Files("src", "*.cs")
            .Where(f => File.ReadLines(f).Any(line => line.TrimStart().StartsWith("#if", StringComparison.Ordinal)))
            .Select(Repository.Relative);
        Assert.Empty(offenders);
    }
}
