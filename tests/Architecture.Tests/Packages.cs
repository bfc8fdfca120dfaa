using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.Architecture;

/// <summary>The Debian packages that tests need are all in the one list.</summary>
public sealed partial class Packages
{
    private static readonly string[] Asked =
        [.. Repository.Files("tests", "*.cs").SelectMany(static file => Needing().Matches(File.ReadAllText(file)))
            .SelectMany(static match => Name().Matches(match.Value)).Select(static match => match.Groups[1].Value).Distinct()];

    [Fact]
    public void Every_package_that_a_test_needs_is_in_the_list() => Assert.Empty(Asked.Except(Needs.All));

    // The specs of Windows have no [FactNeeds]: without Wine none of them runs.
    [Fact]
    public void Every_package_in_the_list_is_needed_by_a_test() => Assert.Equal(["wine", "wine64"], Needs.All.Except(Asked).Order(StringComparer.Ordinal));

    [Fact]
    public void A_test_whose_package_is_not_in_the_list_says_so() =>
        Assert.Contains("eng/packages.txt", Assert.Throws<ArgumentException>(static () => Needs.Missing("no-such-package")).Message, StringComparison.Ordinal);

    [GeneratedRegex(@"\[(?:Fact|Theory)Needs\(.*")]
    private static partial Regex Needing();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Name();
}
