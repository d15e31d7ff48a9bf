import Testing

@testable import Reporting

@Suite struct LabelLayoutTests {
    private static let layout = LabelLayout(edge: 10...80, gap: 1.2, channel: 1.2)

    private static func requests(seed: UInt64) -> [LabelLayout.Request] {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...14, using: &random)
        // Every third seed puts all targets at nearly one place.
        let spread = seed % 3 == 0 ? 0.2 : 75.0
        return (0..<count).map { _ in
            .init(
                target: 8 + Double.random(in: 0...spread, using: &random), width: .random(in: 2...25, using: &random))
        }
    }

    @Test(arguments: UInt64(1)...300) func labelsStayInsideApartAndInOrder(seed: UInt64) throws {
        let requests = Self.requests(seed: seed)
        guard let places = Self.layout.place(requests, maximumRows: 3) else {
            // One row is possible whenever the widths and gaps together are shorter than the edge.
            let needed = requests.map(\.width).reduce(0, +) + 1.2 * Double(requests.count - 1)
            #expect(needed > 70)
            return
        }
        #expect(places.count == requests.count)
        for (place, request) in zip(places, requests) {
            #expect(place.start >= 10 - 1e-9 && place.end <= 80 + 1e-9)
            #expect(abs(place.end - place.start - request.width) < 1e-9)
            #expect(place.leader >= place.start - 1e-9 && place.leader <= place.end + 1e-9)
        }
        for first in places.indices {
            for second in places.indices where second != first {
                let (a, b) = (places[first], places[second])
                if a.row == b.row && first < second {
                    #expect(a.end + 1.2 <= b.start + 1e-9 || b.end + 1.2 <= a.start + 1e-9)
                }
                // A leader coming down from a higher row misses the labels below.
                if a.row > b.row { #expect(a.leader <= b.start - 0.5 || a.leader >= b.end + 0.5) }
                // Leaders reach the data in the order of their targets, so that they do not cross.
                if requests[first].target < requests[second].target { #expect(a.leader < b.leader) }
            }
        }
    }

    @Test func labelsThatHaveRoomStandOverTheirTargets() throws {
        let requests = [20.0, 45, 70].map { LabelLayout.Request(target: $0, width: 8) }
        let places = try #require(Self.layout.place(requests, maximumRows: 3))
        for (place, request) in zip(places, requests) {
            #expect(place.row == 0)
            #expect(abs((place.start + place.end) / 2 - request.target) < 1e-9)
            #expect(abs(place.leader - request.target) < 1e-9)
        }
    }

    @Test func labelsOfOneTargetSpreadEvenlyAboutIt() throws {
        let requests = (0..<3).map { _ in LabelLayout.Request(target: 45, width: 10) }
        let places = try #require(Self.layout.place(requests, maximumRows: 1))
        let centres = places.map { ($0.start + $0.end) / 2 }
        #expect(abs(centres[1] - 45) < 1e-9)
        #expect(abs(centres[0] + centres[2] - 90) < 1e-9)
    }

    @Test func crowdedLabelsStandLikeStairs() throws {
        // Six labels whose widths sum to 120 over an edge of 70, all pointing at its far end.
        let requests = (0..<6).map { LabelLayout.Request(target: 60 + 4 * Double($0), width: 20) }
        let places = try #require(Self.layout.place(requests, maximumRows: 3))
        #expect(Set(places.map(\.row)) == [0, 1])
        for (place, next) in zip(places, places.dropFirst()) { #expect(place.leader < next.leader) }
    }

    @Test func theFewestRowsAreUsedAndTooManyLabelsAreRefused() throws {
        let wide = (0..<4).map { LabelLayout.Request(target: 20 + 15 * Double($0), width: 24) }
        let places = try #require(Self.layout.place(wide, maximumRows: 3))
        #expect(Set(places.map(\.row)) == [0, 1])
        #expect(Self.layout.place(wide, maximumRows: 1) == nil)
        #expect(Self.layout.place([.init(target: 40, width: 71)], maximumRows: 3) == nil)
        #expect(Self.layout.place([.init(target: .nan, width: 5)], maximumRows: 3) == nil)
        #expect(Self.layout.place([], maximumRows: 3)?.isEmpty == true)
    }
}
