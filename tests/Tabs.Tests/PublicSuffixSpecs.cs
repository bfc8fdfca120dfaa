using ActorBrowser.Transport.Http;

namespace ActorBrowser.TabsTests;

/// <summary>The public suffix list, checked with the vectors that publicsuffix.org publishes.</summary>
public sealed class PublicSuffixSpecs
{
    // A host and its registrable domain, or - for a public suffix. Source: tests/test_psl.txt of the list's repository.
    private const string Vectors = """
        com -
        example.com example.com
        www.example.com example.com
        example -
        example.example example.example
        b.example.example example.example
        a.b.example.example example.example
        biz -
        domain.biz domain.biz
        b.domain.biz domain.biz
        a.b.domain.biz domain.biz
        com -
        example.com example.com
        b.example.com example.com
        a.b.example.com example.com
        uk.com -
        example.uk.com example.uk.com
        b.example.uk.com example.uk.com
        a.b.example.uk.com example.uk.com
        test.ac test.ac
        mm -
        c.mm -
        b.c.mm b.c.mm
        a.b.c.mm b.c.mm
        jp -
        test.jp test.jp
        www.test.jp test.jp
        ac.jp -
        test.ac.jp test.ac.jp
        www.test.ac.jp test.ac.jp
        kyoto.jp -
        test.kyoto.jp test.kyoto.jp
        ide.kyoto.jp -
        b.ide.kyoto.jp b.ide.kyoto.jp
        a.b.ide.kyoto.jp b.ide.kyoto.jp
        c.kobe.jp -
        b.c.kobe.jp b.c.kobe.jp
        a.b.c.kobe.jp b.c.kobe.jp
        city.kobe.jp city.kobe.jp
        www.city.kobe.jp city.kobe.jp
        ck -
        test.ck -
        b.test.ck b.test.ck
        a.b.test.ck b.test.ck
        www.ck www.ck
        www.www.ck www.ck
        us -
        test.us test.us
        www.test.us test.us
        ak.us -
        test.ak.us test.ak.us
        www.test.ak.us test.ak.us
        k12.ak.us -
        test.k12.ak.us test.k12.ak.us
        www.test.k12.ak.us test.k12.ak.us
        食狮.com.cn 食狮.com.cn
        食狮.公司.cn 食狮.公司.cn
        www.食狮.公司.cn 食狮.公司.cn
        shishi.公司.cn shishi.公司.cn
        公司.cn -
        食狮.中国 食狮.中国
        www.食狮.中国 食狮.中国
        shishi.中国 shishi.中国
        中国 -
        xn--85x722f.com.cn xn--85x722f.com.cn
        xn--85x722f.xn--55qx5d.cn xn--85x722f.xn--55qx5d.cn
        www.xn--85x722f.xn--55qx5d.cn xn--85x722f.xn--55qx5d.cn
        shishi.xn--55qx5d.cn shishi.xn--55qx5d.cn
        xn--55qx5d.cn -
        xn--85x722f.xn--fiqs8s xn--85x722f.xn--fiqs8s
        www.xn--85x722f.xn--fiqs8s xn--85x722f.xn--fiqs8s
        shishi.xn--fiqs8s shishi.xn--fiqs8s
        xn--fiqs8s -
        """;

    [Fact]
    public void The_registered_name_is_the_one_that_the_lists_own_vectors_say()
    {
        var vectors = Vectors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.All(vectors, vector =>
        {
            var (host, registered) = (Idna.ToAscii(vector.Split(' ')[0])!, vector.Split(' ')[1]);
            Assert.Equal(registered == "-", PublicSuffixes.List.IsSuffix(host));
            if (registered != "-")
                Assert.Equal(Idna.ToAscii(registered), PublicSuffixes.List.SiteOf(host));
        });
    }

    [Fact]
    public void Every_rule_is_read() => Assert.InRange(PublicSuffixes.List.Count, 10_000, 100_000);
}
