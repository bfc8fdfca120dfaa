using Xunit;

namespace ActorBrowser.Architecture;

public sealed class Readme
{
    [Fact]
    public void The_embedding_example_is_the_sample_that_is_compiled_and_run()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var sample = File.ReadAllText(Path.Combine(Repository.Root, "samples", "Embedding", "Program.cs"));
        var shown = readme.Split("<!-- embedding -->")[1].Split("<!-- /embedding -->")[0].Trim();
        Assert.Equal($"```csharp\n{sample.Trim()}\n```", shown);
    }

    [Fact]
    public void Every_document_it_links_to_exists()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var links = System.Text.RegularExpressions.Regex.Matches(readme, @"\]\(([^)#]+)\)").Select(m => m.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal));
        Assert.All(links, link => Assert.True(File.Exists(Path.Combine(Repository.Root, link)), $"README.md links to {link}, which is not there."));
    }

    [Fact]
    public void The_tab_subscriber_in_the_documentation_is_the_one_that_is_compiled_and_run()
    {
        var compiled = Part(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Tabs.Tests", "SubscriberSpecs.cs")).Replace("    // <!--", "<!--", StringComparison.Ordinal));
        var lines = compiled.Split('\n').Select(static line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line);
        Assert.Equal($"```csharp\n{string.Join('\n', lines).Trim()}\n```", Part(File.ReadAllText(Path.Combine(Repository.Root, "docs", "tabs.md"))).Trim());

        static string Part(string text) => text.Split("<!-- subscriber -->")[1].Split("<!-- /subscriber -->")[0];
    }
}
