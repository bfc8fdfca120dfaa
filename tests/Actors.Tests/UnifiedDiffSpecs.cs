using System.Text;
using System.Text.RegularExpressions;

namespace ActorBrowser.ActorsTests;

/// <summary>A scratch's diff says exactly how one text becomes the other, and which links lead out.</summary>
[Trait("Tier", "Fast")]
public sealed class UnifiedDiffSpecs
{
    private static string Of(string? before, string? after)
    {
        var text = new StringBuilder();
        UnifiedDiff.Append(text, "f", before, after);
        return text.ToString();
    }

    [Theory]
    [InlineData("a\nb\nc\n", "a\nx\nc\n", "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n")]
    [InlineData("a\n", "a", "--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n")]
    [InlineData(null, "a\n", "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n")]
    [InlineData("a\n", null, "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n")]
    [InlineData("a\n", "a\n", "")]
    [InlineData("", "", "")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
        "--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -7,3 +8,4 @@\n 7\n 8\n 9\n+10\n")]
    public void It_is_what_diff_prints(string? before, string? after, string diff) => Assert.Equal(diff, Of(before, after));

    [Fact]
    public void Applied_to_the_old_text_it_gives_the_new_one()
    {
        var random = new Random(20261129);
        for (var i = 0; i < 2000; i++)
        {
            var before = Lines(random, random.Next(40));
            var after = random.Next(3) == 0 ? Lines(random, random.Next(40)) : Changed(random, before);
            Assert.Equal(after, Apply(before, Of(before, after)));
        }
    }

    [Fact]
    public void More_edits_than_it_looks_for_still_give_the_new_text()
    {
        var before = string.Concat(Enumerable.Range(0, 5000).Select(static i => $"a{i}\n"));
        var after = string.Concat(Enumerable.Range(0, 5000).Select(static i => $"b{i}\n"));
        Assert.Equal(after, Apply(before, Of(before, after)));
    }

    [Theory]
    [InlineData("link", "file", false)]
    [InlineData("link", "./a/b", false)]
    [InlineData("a/link", "../file", false)]
    [InlineData("a/b/link", "../../c/d", false)]
    [InlineData("link", "..", true)]
    [InlineData("link", "../x", true)]
    [InlineData("a/link", "../../x", true)]
    [InlineData("a/link", ".././../x", true)]
    [InlineData("link", "a/../b", true)]
    [InlineData("link", "/etc", true)]
    [InlineData("link", "", true)]
    [InlineData("link", null, true)]
    public void A_link_out_is_seen(string path, string? target, bool leadsOut) => Assert.Equal(leadsOut, ScratchChanges.LeadsOut(path, target));

    private static string Lines(Random random, int count)
    {
        var text = string.Concat(Enumerable.Range(0, count).Select(_ => $"{(char)('a' + random.Next(4))}\n"));
        return random.Next(4) == 0 ? text.TrimEnd('\n') : text;
    }

    private static string Changed(Random random, string text)
    {
        var lines = text.Split('\n').ToList();
        for (var i = random.Next(4); i > 0 && lines.Count > 0; i--)
        {
            var at = random.Next(lines.Count);
            if (random.Next(2) == 0)
                lines.RemoveAt(at);
            else
                lines.Insert(at, "new");
        }
        return string.Join('\n', lines);
    }

    private static string Apply(string before, string diff)
    {
        var old = Regex.Matches(before, "[^\n]*\n|[^\n]+$").Select(static line => line.Value).ToList();
        var result = new StringBuilder();
        var at = 0;
        var lines = diff.Split('\n');
        for (var i = 2; i < lines.Length; i++)
        {
            if (Regex.Match(lines[i], "^@@ -([0-9]+),([0-9]+) ") is { Success: true } hunk)
            {
                var start = int.Parse(hunk.Groups[1].Value, null) - (hunk.Groups[2].Value == "0" ? 0 : 1);
                while (at < start)
                    result.Append(old[at++]);
                continue;
            }
            if (lines[i].Length == 0 || lines[i][0] == '\\')
                continue;
            var line = lines[i][1..] + (i + 1 < lines.Length && lines[i + 1].StartsWith('\\') ? "" : "\n");
            if (lines[i][0] != '+')
                Assert.Equal(old[at++], line);
            if (lines[i][0] != '-')
                result.Append(line);
        }
        while (at < old.Count)
            result.Append(old[at++]);
        return result.ToString();
    }
}
